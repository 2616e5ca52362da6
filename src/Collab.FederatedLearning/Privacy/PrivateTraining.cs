using System.Numerics;
using Collab.FederatedLearning.Averaging;
using Collab.Primitives;
using Collab.Statistics.Privacy;

namespace Collab.FederatedLearning.Privacy;

/// <summary>Differentially private training, as all parties agree on it (protocols/specs/train-private.md): what a unit may change is bounded, and every client adds its share of noise before the sum.</summary>
/// <param name="Unit">What is hidden.</param>
/// <param name="Clip">The largest norm of a client's change, or of a row's gradient; above 0.</param>
/// <param name="Noise">The deviation of the noise in units of <paramref name="Clip"/>, 0.05 to 1000, of what <paramref name="HonestClients"/> add together.</param>
/// <param name="HonestClients">How many contributors' noise is enough: 1 to more than half of the clients. The others among those who contribute may tell the averaging party theirs.</param>
public sealed record PrivateTraining(PrivacyUnit Unit, double Clip, double Noise, int HonestClients)
{
    /// <summary>What <see cref="Clip"/> is in the units of the sum.</summary>
    public const int ClipUnits = 1 << 20;

    /// <summary>The chance with which a row takes part in a round, in (0, 1]; 1 if clients are hidden.</summary>
    public double SamplingRate { get; init; } = 1;

    /// <summary>If rows are hidden, the public number of rows that gradients are averaged over: the number of all rows may not be told. 0 if clients are.</summary>
    public int Rows { get; init; }

    /// <summary>What so many rounds cost each unit: ε with this δ.</summary>
    public double EpsilonAfter(int rounds, double delta) => RenyiAccountant.Epsilon(Noise, SamplingRate, rounds, delta);

    /// <summary>The variance of one client's noise, in squared units of the sum: of so many clients together at least that which was said.</summary>
    internal BigInteger Variance
    {
        get
        {
            BigInteger deviation = (long)Math.Ceiling(Noise * ClipUnits);
            return ((deviation * deviation) + HonestClients - 1) / HonestClients;
        }
    }

    /// <summary>Whether those who contribute of so many clients are enough.</summary>
    internal bool HasNoiseOf(int clients) => HonestClients <= (clients / 2) + 1;

    /// <summary>What a step of the network is for a unit of the sum.</summary>
    internal double Step(AveragingSettings settings, int contributors) =>
        Clip / ClipUnits * (Unit == PrivacyUnit.Row ? settings.LearningRate / (SamplingRate * Rows) : 1.0 / contributors);

    /// <summary>Throws unless every number is in its range.</summary>
    internal void Check()
    {
        if (!Enum.IsDefined(Unit)) throw new ArgumentOutOfRangeException(nameof(Unit));
        if (!(Clip > 0 && Clip <= 1 << 20)) throw new ArgumentOutOfRangeException(nameof(Clip));
        if (!(Noise >= 0.05 && Noise <= 1000)) throw new ArgumentOutOfRangeException(nameof(Noise));
        if (HonestClients is < 1 or > 500) throw new ArgumentOutOfRangeException(nameof(HonestClients));
        if (!(SamplingRate > 0 && SamplingRate <= 1) || (Unit == PrivacyUnit.Client && SamplingRate != 1)) throw new ArgumentOutOfRangeException(nameof(SamplingRate));
        if (Unit == PrivacyUnit.Row ? Rows is < 1 or > AveragingSettings.MostRows : Rows != 0) throw new ArgumentOutOfRangeException(nameof(Rows));
    }

    /// <summary>A client's vector: the clipped change, or the sum of clipped steps of rows, with its share of noise.</summary>
    /// <remarks>A row or a change with a number that is none counts as nothing: no row ends training, since that would tell of it. Timing depends on the number of rows and on the noise.</remarks>
    internal ulong[] VectorOf(AveragingSettings settings, double[] parameters, double[][] rows, double[] labels, RandomSource random)
    {
        var sum = new long[parameters.Length];
        var fit = Enumerable.Range(0, rows.Length).Where(i => rows[i].All(double.IsFinite) && labels[i] is 0 or 1).ToArray();
        var network = new Network(settings.Inputs, settings.Hidden, [.. parameters]);
        var change = new double[parameters.Length];
        if (Unit == PrivacyUnit.Client)
        {
            double[][] own = [.. fit.Select(i => rows[i])];
            double[] theirs = [.. fit.Select(i => labels[i])];
            for (var pass = 0; pass < settings.LocalPasses; pass++) network.Train(own, theirs, settings.Batch, settings.LearningRate);
            for (var k = 0; k < change.Length; k++) change[k] = network.Parameters[k] - parameters[k];
            AddClipped(change, Clip, sum);
        }
        else
        {
            foreach (var i in fit.Where(_ => SamplingRate == 1 || random.NextUInt64() < (ulong)Math.ScaleB(SamplingRate, 64)))
            {
                Array.Clear(change);
                network.AddStep(rows[i], labels[i], change);
                AddClipped(change, Clip, sum);
            }
        }

        var noise = DiscreteGaussian.WithVariance(Variance, 1);
        var words = new ulong[sum.Length];
        for (var k = 0; k < words.Length; k++) words[k] = unchecked((ulong)sum[k] + (ulong)(noise.DrawVariableTime(random) & ulong.MaxValue));
        return words;
    }

    /// <summary>Adds a vector of norm <paramref name="clip"/> at most, a longer one shortened, in units of clip/2^20: whole numbers whose squares add up to 2^40 at most, whatever rounding did.</summary>
    internal static void AddClipped(ReadOnlySpan<double> vector, double clip, Span<long> sum)
    {
        var largest = 0.0;
        foreach (var x in vector)
        {
            if (!double.IsFinite(x)) return;
            largest = Math.Max(largest, Math.Abs(x));
        }

        if (largest == 0) return;
        var squares = 0.0;
        foreach (var x in vector) squares += x / largest * (x / largest);
        var factor = ClipUnits / Math.Max(largest * Math.Sqrt(squares), clip);
        while (true)
        {
            // Towards zero: never longer.
            UInt128 length = 0;
            foreach (var x in vector) length += (UInt128)((long)(x * factor) * (long)(x * factor));
            if (length <= (UInt128)ClipUnits * ClipUnits) break;
            factor *= 1 - Math.ScaleB(1, -30);
        }

        for (var k = 0; k < sum.Length; k++) sum[k] += (long)(vector[k] * factor);
    }
}
