using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

/// <summary>N numbers modulo t in one plaintext, in two rows of N/2 slots: sums and products of plaintexts act slot by slot.</summary>
/// <remarks>Slot i of the first row is the value at ψ^(3^i), of the second row at ψ^(−3^i): the two rows rotate together (Smart and
/// Vercauteren, eprint 2011/133). Timing is independent of the numbers. Immutable; safe to use from many threads.</remarks>
public sealed class BatchEncoder
{
    private readonly BfvParameters _parameters;
    private readonly SlotOrder _order;

    /// <summary>Prepares the order of the slots.</summary>
    public BatchEncoder(BfvParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _order = new(parameters.RingDegree);
    }

    /// <summary>Numbers to a plaintext.</summary>
    /// <param name="slots">At most N numbers below t: the first row, then the second; the rest are zero.</param>
    /// <exception cref="ArgumentException">Too many, or one not below t.</exception>
    public Plaintext Encode(ReadOnlySpan<ulong> slots)
    {
        if (slots.Length > _parameters.RingDegree) throw new ArgumentException("There are at most N slots.", nameof(slots));
        var values = new RingElement<Evaluations>(_parameters.Plain);
        if (!_order.TryToEvaluations(slots, values.Residues, _parameters.PlaintextModulus))
        {
            values.Dispose();
            throw new ArgumentException("Every slot is below the plaintext modulus.", nameof(slots));
        }

        var coefficients = values.Retype<Coefficients>();
        _parameters.Plain.Transforms[0].Inverse(coefficients.Residues);
        return new(_parameters, coefficients);
    }

    /// <summary>Signed numbers to a plaintext: x stands for x mod t.</summary>
    /// <param name="slots">At most N numbers with −t/2 &lt; x &lt; t/2.</param>
    /// <exception cref="ArgumentException">Too many, or one out of range.</exception>
    public Plaintext Encode(ReadOnlySpan<long> slots)
    {
        var t = (long)_parameters.PlaintextModulus;
        var residues = new ulong[slots.Length];
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] < -(t / 2) || slots[i] > t / 2) throw new ArgumentException("Every slot is nearer to zero than half the plaintext modulus.", nameof(slots));
            residues[i] = (ulong)(slots[i] + (t & (slots[i] >> 63)));
        }

        return Encode(residues);
    }

    /// <summary>The N numbers of a plaintext: the first row, then the second.</summary>
    public ulong[] Decode(Plaintext plaintext)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        _parameters.CheckSame(plaintext.Parameters, nameof(plaintext));
        using var values = plaintext.Element.Copy().Evaluate();
        var slots = new ulong[_parameters.RingDegree];
        _order.ToSlots<ulong>(values.Residues, slots);
        return slots;
    }

    // Values of a plaintext in the order of slots.
    internal void Arrange(ReadOnlySpan<double> values, Span<uint> slots) => _order.ToSlots(values, slots);

    /// <summary>As <see cref="Decode"/>, each number by its representative nearest to zero.</summary>
    public long[] DecodeSigned(Plaintext plaintext)
    {
        var t = _parameters.PlaintextModulus;
        return [.. Decode(plaintext).Select(slot => slot > t / 2 ? (long)slot - (long)t : (long)slot)];
    }
}
