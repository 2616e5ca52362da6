using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

/// <summary>What will be known of noise before anything is encrypted: for choosing parameters. The same formulas as the operations use.</summary>
public static class NoisePrediction
{
    /// <summary>The noise of <see cref="Evaluator.SumOfProducts"/> of fresh symmetric ciphertexts, a plaintext added, and the modulus then switched down.</summary>
    /// <param name="parameters">What the ciphertexts are of.</param>
    /// <param name="terms">How many ciphertexts, 1 or more.</param>
    /// <param name="absoluteSum">No plaintext has a larger Σ|m_i| than this.</param>
    /// <param name="euclideanNorm">No plaintext has a larger √(Σ m_i²) than this.</param>
    /// <param name="finalLevel">How many primes are left.</param>
    public static NoiseBound OfSumOfProducts(BfvParameters parameters, int terms, double absoluteSum, double euclideanNorm, int finalLevel)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(terms, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(finalLevel, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(finalLevel, parameters.Levels);
        var term = NoiseBound.FreshSymmetric(parameters.Top).Times(absoluteSum, euclideanNorm);
        var noise = new NoiseBound(terms * term.Worst, terms * term.Deviation) + NoiseBound.Plain(parameters.Top);
        for (var level = parameters.Levels - 1; level >= finalLevel; level--) noise += NoiseBound.Switching(parameters.Level(level));
        return noise;
    }

    /// <summary>log₂ of the chance at most that any coefficient of such sums is decrypted wrongly: a proof, for plaintexts that were fixed before the encryption errors were drawn.</summary>
    /// <param name="parameters">What the ciphertexts are of.</param>
    /// <param name="terms">How many ciphertexts, 1 or more.</param>
    /// <param name="euclideanNorm">No plaintext has a larger √(Σ m_i²) than this.</param>
    /// <param name="finalLevel">How many primes are left.</param>
    /// <param name="sums">How many such sums are decrypted; they may be of the same ciphertexts.</param>
    /// <returns>0, which promises nothing, where even roundings may be too large.</returns>
    /// <remarks>specs/bfv.md, "Noise": roundings at their largest, and Hoeffding's bound for the errors, which are sums of independent coins.</remarks>
    public static double FailureLog2OfSumOfProducts(BfvParameters parameters, int terms, double euclideanNorm, int finalLevel, double sums)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(terms, 1);
        double n = parameters.RingDegree, unit = parameters.Top.NoiseUnit;
        var certain = (unit / 2 * ((terms * Math.Sqrt(n) * euclideanNorm) + 1)) + DecryptionError;
        for (var level = parameters.Levels - 1; level >= finalLevel; level--) certain += NoiseBound.Switching(parameters.Level(level)).Worst;
        var (room, deviation) = (0.5 - certain, unit * Math.Sqrt(Sampling.ErrorVariance * terms) * euclideanNorm);
        return room <= 0 ? 0 : Math.Min(0, Math.Log2(2 * n * sums) - (room * room / (2 * deviation * deviation) * Math.Log2(Math.E)));
    }

    private const double DecryptionError = 1.0 / (1L << 46);                     // of decryption in doubles
}
