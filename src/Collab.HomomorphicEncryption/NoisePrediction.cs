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
}
