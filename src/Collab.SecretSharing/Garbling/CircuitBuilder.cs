using System.Numerics;

namespace Collab.SecretSharing.Garbling;

/// <summary>A wire of a circuit that is being built.</summary>
public readonly record struct Wire(int Index);

/// <summary>Builds a circuit from words of wires, least significant bit first.</summary>
/// <remarks>
/// Adders and comparators spend one AND gate per bit: the carry of a + b + c is c ⊕ ((a ⊕ c) ∧ (b ⊕ c)) (Kolesnikov, Sadeghi,
/// Schneider, CANS 2009, section 3). All inputs are declared before the first gate.
/// </remarks>
public sealed class CircuitBuilder
{
    private readonly List<Gate> _gates = [];
    private int _inputCount;

    /// <summary>Declares the next input word.</summary>
    /// <exception cref="InvalidOperationException">A gate stands already.</exception>
    public Wire[] Input(int width)
    {
        if (_gates.Count > 0) throw new InvalidOperationException("Inputs come before gates.");
        var word = Enumerable.Range(_inputCount, width).Select(i => new Wire(i)).ToArray();
        _inputCount += width;
        return word;
    }

    /// <summary>a ⊕ b; free.</summary>
    public Wire Xor(Wire a, Wire b) => Gate(GateKind.Xor, a, b);

    /// <summary>a ∧ b.</summary>
    public Wire And(Wire a, Wire b) => Gate(GateKind.And, a, b);

    /// <summary>¬a; free.</summary>
    public Wire Not(Wire a) => Gate(GateKind.Not, a, a);

    /// <summary>a ∨ b, as ¬(¬a ∧ ¬b); one AND gate.</summary>
    public Wire Or(Wire a, Wire b) => Not(And(Not(a), Not(b)));

    /// <summary>The words bit by bit; free.</summary>
    public Wire[] Xor(Wire[] a, Wire[] b) => [.. a.Zip(b, Xor)];

    /// <summary>Each bit of the word, or 0 when <paramref name="bit"/> is 0; one AND gate per bit.</summary>
    public Wire[] Mask(Wire bit, Wire[] word) => [.. word.Select(w => And(bit, w))];

    /// <summary>The first word when <paramref name="bit"/> is 1, else the second; one AND gate per bit.</summary>
    public Wire[] Select(Wire bit, Wire[] ifOne, Wire[] ifZero) => Xor(Mask(bit, Xor(ifOne, ifZero)), ifZero);

    /// <summary>a + b as unsigned words, one bit wider than the wider one: it cannot overflow.</summary>
    public Wire[] Add(Wire[] a, Wire[] b)
    {
        var (wide, narrow) = a.Length >= b.Length ? (a, b) : (b, a);
        var sum = new Wire[wide.Length + 1];
        sum[0] = Xor(wide[0], narrow[0]);
        var carry = And(wide[0], narrow[0]);
        for (var i = 1; i < wide.Length; i++)
        {
            sum[i] = Xor(wide[i], carry);
            if (i < narrow.Length) sum[i] = Xor(sum[i], narrow[i]);
            carry = i < narrow.Length ? Carry(wide[i], narrow[i], carry) : And(wide[i], carry);
        }

        sum[^1] = carry;
        return sum;
    }

    /// <summary>The sum of unsigned words, added in a tree: ⌈log₂ of their number⌉ bits wider, so it cannot overflow.</summary>
    /// <exception cref="ArgumentException">No word.</exception>
    public Wire[] Sum(IReadOnlyList<Wire[]> words)
    {
        if (words.Count == 0) throw new ArgumentException("At least one word.", nameof(words));
        while (words.Count > 1)
            words = [.. words.Chunk(2).Select(pair => pair.Length == 2 ? Add(pair[0], pair[1]) : pair[0])];
        return words[0];
    }

    /// <summary>a · factor, an unsigned word by a public number of at least 1: an addition for each bit of it that is 1 but the first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is 0, or wider than the word.</exception>
    public Wire[] Times(Wire[] a, ulong factor)
    {
        if (factor == 0 || BitOperations.Log2(factor) > a.Length) throw new ArgumentOutOfRangeException(nameof(factor));
        var lowest = BitOperations.TrailingZeroCount(factor);
        Wire[] product = lowest == 0 ? a : [.. Enumerable.Repeat(And(a[0], Not(a[0])), lowest), .. a]; // a wire that is 0 has labels of its own
        for (var bit = lowest + 1; bit <= BitOperations.Log2(factor); bit++)
            if ((factor >> bit & 1) != 0) product = [.. product[..bit], .. Add(product[bit..], a)];
        return product;
    }

    /// <summary>a &lt; b as unsigned words: the carry of b + ¬a, the narrower filled up with zeros.</summary>
    public Wire LessThan(Wire[] a, Wire[] b)
    {
        var carry = And(b[0], Not(a[0]));
        for (var i = 1; i < Math.Max(a.Length, b.Length); i++)
        {
            carry = i >= a.Length ? Or(b[i], carry)
                : i >= b.Length ? And(carry, Not(a[i]))
                : Carry(b[i], Not(a[i]), carry);
        }

        return carry;
    }

    /// <summary>a &lt; b as two's complement: turning the sign bits makes the order that of unsigned words.</summary>
    public Wire LessThanSigned(Wire[] a, Wire[] b) => LessThan([.. a[..^1], Not(a[^1])], [.. b[..^1], Not(b[^1])]);

    /// <summary>a ≥ bound, an unsigned word against a public number: the carry of a + (2^width − bound).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is 0 or does not fit the width: the answer would be a constant.</exception>
    public Wire AtLeast(Wire[] a, ulong bound)
    {
        if (bound == 0 || a.Length >= 64 || bound >> a.Length != 0) throw new ArgumentOutOfRangeException(nameof(bound));
        var addend = (1UL << a.Length) - bound;
        Wire? carry = null; // 0 until the first bit of the addend
        for (var i = 0; i < a.Length; i++)
        {
            var one = (addend >> i & 1) != 0;
            carry = (one, carry) switch
            {
                (true, { } c) => Or(a[i], c),
                (true, null) => a[i],
                (false, { } c) => And(a[i], c),
                (false, null) => null,
            };
        }

        return carry!.Value; // the addend is not 0
    }

    /// <summary>The circuit with these outputs.</summary>
    public BooleanCircuit Build(IEnumerable<Wire> outputs) => new(_inputCount, [.. _gates], [.. outputs.Select(o => o.Index)]);

    private Wire Carry(Wire a, Wire b, Wire carry) => Xor(carry, And(Xor(a, carry), Xor(b, carry)));

    private Wire Gate(GateKind kind, Wire a, Wire b)
    {
        _gates.Add(new Gate(kind, a.Index, b.Index));
        return new Wire(_inputCount + _gates.Count - 1);
    }
}
