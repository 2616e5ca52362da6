using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

/// <summary>A ciphertext of two parts as a factor of products: known modulo Q, which it borrows, and modulo the second base, which it owns.</summary>
internal sealed class TensorOperand : IDisposable
{
    private readonly RingElement<Evaluations>[] _lower;
    private readonly RingElement<Evaluations>[] _upper;

    public TensorOperand(BfvLevel level, NoiseBound noise, RingElement<Evaluations> first, RingElement<Evaluations> second) =>
        (Noise, _lower, _upper) = (noise, [first, second], [Extend(level, first), Extend(level, second)]);

    public TensorOperand(Ciphertext ciphertext) : this(ciphertext.OfLevel, ciphertext.Noise, ciphertext[0], ciphertext[1])
    {
    }

    public NoiseBound Noise { get; }

    /// <summary>A part modulo Q.</summary>
    public RingElement<Evaluations> Lower(int part) => _lower[part];

    /// <summary>The same part, about zero, modulo the second base.</summary>
    public RingElement<Evaluations> Upper(int part) => _upper[part];

    public void Dispose()
    {
        foreach (var part in _upper) part.Dispose();
    }

    private static RingElement<Evaluations> Extend(BfvLevel level, RingElement<Evaluations> x)
    {
        using var coefficients = x.PublicCopy().InterpolateInPlace();
        var extended = RingElement<Coefficients>.Public(level.Tensor.Ring);
        level.Tensor.ToTensor.Convert(coefficients.Residues, extended.Residues, level.Ring.Degree);
        return extended.Evaluate();
    }
}
