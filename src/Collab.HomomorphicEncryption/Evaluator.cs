using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>Computes on ciphertexts without any secret: every member gives a new ciphertext and leaves its operands as they are.</summary>
/// <remarks>
/// Operands have the same parameters and level; otherwise <see cref="ArgumentException"/>. A result whose noise would likely be too large to decrypt is not
/// computed (<see cref="NoiseBound.Exhausted"/>), and a transparent one is refused (<see cref="Ciphertext.Transparent"/>): both are <see cref="CollabException"/>.
/// Timing depends on parameters and levels alone. Safe to use from many threads. Spec: protocols/specs/bfv.md.
/// </remarks>
public static partial class Evaluator
{
    /// <summary>x + y. N·level additions for each part.</summary>
    public static Ciphertext Add(Ciphertext x, Ciphertext y) => Combine(x, y, "add", static (a, b, sum) => a.Plus(b, sum), static b => b.PublicCopy());

    /// <summary>x − y.</summary>
    public static Ciphertext Subtract(Ciphertext x, Ciphertext y) => Combine(x, y, "subtract", static (a, b, difference) => a.Minus(b, difference), static b => b.Negated());

    /// <summary>−x. The noise stays.</summary>
    public static Ciphertext Negate(Ciphertext x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return new(x.OfLevel, x.Noise, [.. Enumerable.Range(0, x.Parts).Select(i => x[i].Negated())]);
    }

    /// <summary>x + y for a plaintext y.</summary>
    public static Ciphertext Add(Ciphertext x, Plaintext y) => WithPlain(x, y, static (a, b, sum) => a.Plus(b, sum));

    /// <summary>x − y for a plaintext y.</summary>
    public static Ciphertext Subtract(Ciphertext x, Plaintext y) => WithPlain(x, y, static (a, b, difference) => a.Minus(b, difference));

    /// <summary>x·y for a plaintext y; noise grows by at most the sum of y's coefficients about zero. Level·N products for each part.</summary>
    public static Ciphertext Multiply(Ciphertext x, PlainFactor y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        x.Parameters.CheckSame(y.Parameters, nameof(y));
        CheckLevel(x.Level == y.Level, nameof(y));
        var noise = x.Noise.Times(y.AbsoluteSum, y.EuclideanNorm);
        noise.CheckDecryptable("multiply by a plaintext");
        return new(x.OfLevel, noise, [.. Enumerable.Range(0, x.Parts).Select(i => x[i].Times(y.Element, New(x)))]);
    }

    /// <summary>The same plaintext under a modulus without its last prime: shorter, faster, with about as much noise budget as the noise allows.</summary>
    /// <exception cref="ArgumentException">The modulus is one prime already.</exception>
    public static Ciphertext SwitchModulus(Ciphertext x)
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckLevel(x.Level > 1, nameof(x));
        if (x.Parts != 2) throw new ArgumentException("Relinearise before switching the modulus.", nameof(x));
        var target = x.Parameters.Level(x.Level - 1);
        var noise = x.Noise + NoiseBound.Switching(target);
        noise.CheckDecryptable("switch the modulus");
        return new(target, noise, x[0].DivideByLast(target.Ring, x.OfLevel.LastInverses), x[1].DivideByLast(target.Ring, x.OfLevel.LastInverses));
    }

    // Ciphertexts are public: their memory is not zeroed when it is given back.
    private static RingElement<Evaluations> New(Ciphertext x) => RingElement<Evaluations>.Public(x.OfLevel.Ring);

    private static Ciphertext Combine(
        Ciphertext x, Ciphertext y, string operation,
        Func<RingElement<Evaluations>, RingElement<Evaluations>, RingElement<Evaluations>, RingElement<Evaluations>> both,
        Func<RingElement<Evaluations>, RingElement<Evaluations>> second)
    {
        CheckOperands(x, y);
        var noise = x.Noise + y.Noise;
        noise.CheckDecryptable(operation);
        var parts = new RingElement<Evaluations>[Math.Max(x.Parts, y.Parts)];
        for (var i = 0; i < parts.Length; i++) parts[i] = i >= y.Parts ? x[i].PublicCopy() : i >= x.Parts ? second(y[i]) : both(x[i], y[i], New(x));
        return new(x.OfLevel, noise, parts);
    }

    private static Ciphertext WithPlain(
        Ciphertext x, Plaintext y, Func<RingElement<Evaluations>, RingElement<Evaluations>, RingElement<Evaluations>, RingElement<Evaluations>> both)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        x.Parameters.CheckSame(y.Parameters, nameof(y));
        var noise = x.Noise + NoiseBound.Plain(x.OfLevel);
        noise.CheckDecryptable("add a plaintext");
        using var scaled = Encryption.Scaled(x.OfLevel, y, null);
        return new(x.OfLevel, noise, [both(x[0], scaled, New(x)), .. Enumerable.Range(1, x.Parts - 1).Select(i => x[i].PublicCopy())]);
    }

    private static void CheckOperands(Ciphertext x, Ciphertext y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        x.Parameters.CheckSame(y.Parameters, nameof(y));
        CheckLevel(x.Level == y.Level, nameof(y));
    }

    private static void CheckLevel(bool holds, string argument)
    {
        if (!holds) throw new ArgumentException("The levels fit the operation.", argument);
    }
}
