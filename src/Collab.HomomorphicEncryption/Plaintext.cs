using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>A polynomial of degree below N with coefficients modulo t: what is encrypted. It may be secret, and is zeroed by <see cref="Dispose"/>.</summary>
public sealed class Plaintext : IDisposable
{
    internal Plaintext(BfvParameters parameters, RingElement<Coefficients> element) => (Parameters, Element) = (parameters, element);

    /// <summary>What it belongs to.</summary>
    public BfvParameters Parameters { get; }

    internal RingElement<Coefficients> Element { get; }

    /// <summary>A polynomial from its coefficients.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="coefficients">At most N numbers below t, that of X^0 first; the rest are zero.</param>
    /// <exception cref="ArgumentException">Too many, or one not below t.</exception>
    public static Plaintext FromCoefficients(BfvParameters parameters, ReadOnlySpan<ulong> coefficients)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (coefficients.Length > parameters.RingDegree) throw new ArgumentException("There are at most N coefficients.", nameof(coefficients));
        var element = new RingElement<Coefficients>(parameters.Plain);
        var residues = element.Residues;
        residues.Clear();
        var below = true;
        for (var i = 0; i < coefficients.Length; i++)
        {
            below &= coefficients[i] < parameters.PlaintextModulus;
            residues[i] = coefficients[i];
        }

        if (below) return new(parameters, element);
        element.Dispose();
        throw new ArgumentException("Every coefficient is below the plaintext modulus.", nameof(coefficients));
    }

    /// <summary>The N coefficients, that of X^0 first.</summary>
    public ulong[] ToCoefficients()
    {
        var result = new ulong[Parameters.RingDegree];
        for (var i = 0; i < result.Length; i++) result[i] = (ulong)Element.Residues[i];
        return result;
    }

    /// <summary>Makes it ready to multiply ciphertexts of a level: one transform for each prime.</summary>
    /// <param name="level">How many primes of Q the ciphertexts have, 1 to <see cref="BfvParameters.Levels"/>.</param>
    public PlainFactor Prepare(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, Parameters.Levels);
        using var centered = NativeBuffer<double>.Allocate(Parameters.RingDegree);
        ResidueVectors.Center(Element.Residues, centered.Span, Parameters.Plain.Moduli[0]);
        double sum = 0, squares = 0;
        foreach (var coefficient in centered.Span)
        {
            sum += Math.Abs(coefficient);
            squares += coefficient * coefficient;
        }

        var ring = Parameters.Level(level).Ring;
        var element = new RingElement<Coefficients>(ring);
        for (var i = 0; i < ring.Limbs; i++) centered.Span.CopyTo(element[i]);
        return new(Parameters, element.Evaluate(), sum, Math.Sqrt(squares));
    }

    /// <inheritdoc/>
    public override string ToString() => $"plaintext of {Parameters.RingDegree} coefficients";

    /// <summary>Zeroes the coefficients.</summary>
    public void Dispose() => Element.Dispose();
}
