using MathNet.Numerics;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>What Poisson regression needs of a count y beside y itself; each grows with y.</summary>
/// <param name="FractionBits">The value is a whole number of 2^−<paramref name="FractionBits"/>.</param>
/// <param name="Of">The function.</param>
internal sealed record CountTerm(int FractionBits, Func<double, double> Of)
{
    // The start of the iteration need not be exact: any point near it leads to the same end. What stands in the result has 40 bits.
    private const int StartBits = 20;
    private const int ResultBits = 40;

    /// <summary>1 if y is not 0.</summary>
    public static readonly CountTerm Positive = new(0, y => y > 0 ? 1 : 0);

    /// <summary>y·ln y.</summary>
    public static readonly CountTerm TimesLog = new(ResultBits, y => y > 0 ? y * Math.Log(y) : 0);

    /// <summary>ln y!.</summary>
    public static readonly CountTerm LogFactorial = new(ResultBits, y => SpecialFunctions.GammaLn(y + 1));

    /// <summary>R's mean at the start, μ = y + 0.1, which is the weight there.</summary>
    public static readonly CountTerm StartWeight = new(StartBits, y => y + 0.1);

    /// <summary>The weight times the working response: μ·ln μ + y − μ.</summary>
    public static readonly CountTerm StartResponse = new(StartBits, y => ((y + 0.1) * Math.Log(y + 0.1)) - 0.1);

    /// <summary>The value at a count.</summary>
    public Int128 At(long count) => (Int128)Math.Round(Math.ScaleB(Of(count), FractionBits));

    /// <summary>A total of values as a number.</summary>
    public double Read(System.Numerics.BigInteger total) => Math.ScaleB((double)total, -FractionBits);
}
