using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>What is known in advance of a ciphertext's invariant noise v: it decrypts rightly while every |coefficient of v| &lt; 1/2.</summary>
/// <param name="Worst">No coefficient is larger, whatever the randomness and the messages: a proof, in the spec.</param>
/// <param name="Deviation">About the standard deviation of a coefficient, estimated from above: a heuristic, in the spec.</param>
public readonly record struct NoiseBound(double Worst, double Deviation)
{
    /// <summary>An operation whose result would have too much noise; nothing was computed.</summary>
    public static readonly ErrorCode Exhausted = new(
        "encryption.noise", ErrorKind.InvalidInput, "Choose parameters with a larger modulus, or multiply fewer times before decrypting.");

    /// <summary>Ten standard deviations, or the worst case if that is less: exceeded by any of 2^15 coefficients with probability 2^-60,
    /// if coefficients are as good as normal.</summary>
    public double Likely => Math.Min(Worst, 10 * Deviation);

    /// <summary>The bits of noise budget that are left for certain; negative when the proof promises nothing.</summary>
    public double CertainBits => -Math.Log2(2 * Worst);

    /// <summary>The bits of noise budget that are left by the heuristic bound.</summary>
    public double LikelyBits => -Math.Log2(2 * Likely);

    /// <summary>Each error of the scheme is multiplied by t/Q.</summary>
    internal static NoiseBound FreshSymmetric(BfvLevel level) => new(
        level.NoiseUnit * (Sampling.LargestError + 0.5), level.NoiseUnit * Math.Sqrt(Sampling.ErrorVariance + (1.0 / 12)));

    internal static NoiseBound FreshPublic(BfvLevel level)
    {
        double n = level.Ring.Degree;
        return new(
            level.NoiseUnit * ((Sampling.LargestError * (1 + (2 * n))) + 0.5),
            level.NoiseUnit * Math.Sqrt((Sampling.ErrorVariance * (1 + (4 * n / 3))) + (1.0 / 12)));
    }

    /// <summary>Of a sum, whether its terms are independent or not.</summary>
    public static NoiseBound operator +(NoiseBound x, NoiseBound y) => new(x.Worst + y.Worst, x.Deviation + y.Deviation);

    internal NoiseBound Times(double absoluteSum, double euclideanNorm) => new(Worst * absoluteSum, Deviation * euclideanNorm);

    /// <summary>Of a product of ciphertexts of two parts.</summary>
    internal static NoiseBound Product(BfvLevel level, NoiseBound x, NoiseBound y)
    {
        double n = level.Ring.Degree, t = level.Parameters.PlaintextModulus;
        var worst = (n * (((t / 2) + (t * (n + 3) / 2)) * (x.Worst + y.Worst))) + (n * x.Worst * y.Worst)
            + (level.NoiseUnit * 0.51 * (1 + n + (n * n)));
        var quotient = t * Math.Sqrt((1 + (2 * n / 3)) / 12);
        var deviation = (2 * Math.Sqrt(n) * ((quotient + (t / 2)) * (x.Deviation + y.Deviation))) + (Math.Sqrt(n) * x.Deviation * y.Deviation)
            + (level.NoiseUnit * Math.Sqrt((1 + (2 * n / 3) + (8 * n * n / 9)) / 12));
        return new(worst, deviation);
    }

    /// <summary>What switching from one key to another adds.</summary>
    internal static NoiseBound KeySwitch(BfvLevel level)
    {
        double n = level.Ring.Degree, special = level.SwitchingRing!.Moduli[^1].Value;
        double worst = 0, variance = 0;
        foreach (var modulus in level.Ring.Moduli)
        {
            worst += n * ((modulus.Value / 2.0) + 1) * Sampling.LargestError / special;
            variance += n * modulus.Value / special * modulus.Value / special * Sampling.ErrorVariance / 12;
        }

        return new(level.NoiseUnit * (worst + (0.51 * (1 + n))), level.NoiseUnit * Math.Sqrt(variance + ((1 + (2 * n / 3)) / 12)));
    }

    /// <summary>What adding ⌊(Q/t)·m⌉, which is rounded, for a plaintext m adds.</summary>
    internal static NoiseBound Plain(BfvLevel level) => new(level.NoiseUnit / 2, level.NoiseUnit / 2);

    /// <summary>What a flood adds.</summary>
    internal static NoiseBound Flood(BfvLevel level)
    {
        var largest = level.NoiseUnit * Math.ScaleB(1, level.FloodBits);
        return new(largest, largest / Math.Sqrt(3));
    }

    /// <summary>What rounding to a shorter modulus adds.</summary>
    internal static NoiseBound Switching(BfvLevel target)
    {
        double n = target.Ring.Degree;
        return new(target.NoiseUnit * 0.51 * (1 + n), target.NoiseUnit * Math.Sqrt((1 + (2 * n / 3)) / 12));
    }

    internal void CheckDecryptable(string operation)
    {
        if (!(Likely < 0.5)) throw new CollabException(Exhausted, $"The noise of the result of '{operation}' would be too large to decrypt.");
    }

    /// <summary>Adding v to a number that is uniform on an interval of length 2·F moves its distribution by |v|/(2·F); there are N coefficients.</summary>
    internal void CheckDrowned(BfvLevel level, NoiseBound flood)
    {
        if (!(level.Ring.Degree * Likely / (2 * flood.Worst) <= Math.ScaleB(1, -Evaluator.FloodSecurity)))
            throw new CollabException(Exhausted, "The noise is too large to be flooded.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{LikelyBits:F1} bits likely, {CertainBits:F1} certain";
}
