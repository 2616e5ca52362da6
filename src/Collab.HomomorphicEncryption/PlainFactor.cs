using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

/// <summary>A plaintext in evaluation form modulo Q, ready to multiply ciphertexts of one level; made by <see cref="Plaintext.Prepare"/>.</summary>
public sealed class PlainFactor : IDisposable
{
    internal PlainFactor(BfvParameters parameters, RingElement<Evaluations> element, double absoluteSum, double euclideanNorm) =>
        (Parameters, Element, AbsoluteSum, EuclideanNorm) = (parameters, element, absoluteSum, euclideanNorm);

    /// <summary>What it belongs to.</summary>
    public BfvParameters Parameters { get; }

    /// <summary>How many primes of Q the ciphertexts have that it multiplies.</summary>
    public int Level => Element.Ring.Limbs;

    internal RingElement<Evaluations> Element { get; }

    /// <summary>Σ|m_i| of the coefficients about zero: noise grows by this at most.</summary>
    internal double AbsoluteSum { get; }

    internal double EuclideanNorm { get; }

    /// <inheritdoc/>
    public override string ToString() => $"prepared plaintext of {Parameters.RingDegree} coefficients";

    /// <summary>Zeroes the values.</summary>
    public void Dispose() => Element.Dispose();
}
