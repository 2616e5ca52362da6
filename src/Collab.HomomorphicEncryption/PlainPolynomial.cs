using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

/// <summary>A polynomial c_0 + c_1·X + … whose coefficients are plaintexts, another polynomial in each slot, ready for encrypted points of one level.</summary>
/// <remarks>8·level·N·(degree + 1) bytes. Immutable; safe to use from many threads, not to be disposed meanwhile.</remarks>
public sealed class PlainPolynomial : IDisposable
{
    private readonly PlainFactor[] _factors;

    private PlainPolynomial(BfvLevel level, RingElement<Evaluations> constant, PlainFactor[] factors) =>
        (OfLevel, Constant, _factors) = (level, constant, factors);

    /// <summary>What it belongs to.</summary>
    public BfvParameters Parameters => OfLevel.Parameters;

    /// <summary>How many primes of Q the ciphertexts of the point have.</summary>
    public int Level => OfLevel.Limbs;

    /// <summary>The degree as given: leading coefficients of zeros count.</summary>
    public int Degree => _factors.Length;

    internal BfvLevel OfLevel { get; }

    /// <summary>⌊(Q/t)·c_0⌉.</summary>
    internal RingElement<Evaluations> Constant { get; }

    /// <summary>c_i, for i of 1 to the degree.</summary>
    internal PlainFactor this[int power] => _factors[power - 1];

    /// <summary>Prepares the coefficients: level transforms for each.</summary>
    /// <param name="coefficients">c_0 first; at least two.</param>
    /// <param name="level">How many primes of Q the ciphertexts of the point have, 1 to <see cref="BfvParameters.Levels"/>.</param>
    /// <exception cref="ArgumentException">There are fewer than two, their parameters differ, or the level is none of theirs.</exception>
    public static PlainPolynomial Prepare(IReadOnlyList<Plaintext> coefficients, int level)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        if (coefficients.Count < 2) throw new ArgumentException("A polynomial to evaluate has two coefficients at least.", nameof(coefficients));
        var parameters = coefficients[0].Parameters;
        foreach (var coefficient in coefficients) parameters.CheckSame(coefficient.Parameters, nameof(coefficients));
        PlainFactor[] factors = [.. coefficients.Skip(1).Select(coefficient => coefficient.Prepare(level))];
        var of = parameters.Level(level);
        return new(of, Encryption.Scaled(of, coefficients[0], null), factors);
    }

    /// <inheritdoc/>
    public override string ToString() => $"prepared polynomial of degree {Degree}";

    /// <summary>Zeroes the coefficients.</summary>
    public void Dispose()
    {
        Constant.Dispose();
        foreach (var factor in _factors) factor.Dispose();
    }
}
