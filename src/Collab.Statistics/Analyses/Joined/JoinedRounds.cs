using Collab.Channels;
using Collab.Primitives;
using Collab.Statistics.Inference.Regression;
using MathNet.Numerics.LinearAlgebra;
using BigInteger = System.Numerics.BigInteger;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>Opens one round's totals to the receiver, given this party's columns; null at the other.</summary>
/// <param name="columns">This party's columns, in the order of <see cref="JoinedAnalysis.Rounds"/>.</param>
/// <param name="ways">This party's indicators of the ways that sums are told apart by, if they are its.</param>
/// <param name="cancellation">Ends the run.</param>
public delegate Task<IReadOnlyList<BigInteger>?> JoinedOpening(
    IReadOnlyList<ReadOnlyMemory<Int128>> columns, IReadOnlyList<ReadOnlyMemory<Int128>> ways, CancellationToken cancellation);

/// <summary>One party's view of the rounds of a regression over joined rows: the receiver names β, and both open the sums at it to the receiver.</summary>
/// <param name="Model">What the sums are.</param>
/// <param name="Self">This party.</param>
/// <param name="Peer">To the other owner.</param>
/// <param name="Own">This party's rows.</param>
/// <param name="Open">Opens totals of columns.</param>
/// <param name="MostQuestions">How often sums are asked for at most.</param>
internal sealed record JoinedRounds(JoinedModel Model, PartyId Self, IChannel Peer, JoinedRows Own, JoinedOpening Open, int MostQuestions)
{
    /// <summary>What the sums have to be good for: of a coefficient in its standard errors, and of a standard error relative to itself.</summary>
    public const double Precision = 1e-7;

    private const double LargestError = 1e-3; // of Σ w on the way, where the result is not settled yet

    /// <summary>The receiver's part of one round.</summary>
    /// <param name="beta">β for covariates in [−1, 1], with an intercept.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The sums, as <see cref="JoinedModel.Read"/> has them.</returns>
    /// <exception cref="InvalidOperationException">A coefficient is out of bounds, and nothing was sent; or hardly a digit of the sums is good.</exception>
    public async Task<double[]> AskAsync(double[] beta, double rows, CancellationToken cancellation)
    {
        RegressionRounds.ThrowUnlessBounded(beta);
        await Peer.SendAsync(new CoefficientsMessage(beta), cancellation); // 1 →
        var sums = Model.Read((await Open(Model.ColumnsAt(Self, beta, Own), Model.WaysOf(Self, Own), cancellation))!, beta); // 3
        var weights = Enumerable.Range(0, Model.Ways).Sum(way => sums[way * Model.SumsOfWay]);
        return Model.ErrorOf(rows, beta) <= LargestError * weights ? sums : throw TooWide();
    }

    /// <summary>The receiver ends the rounds.</summary>
    public async Task EndAsync(CancellationToken cancellation) => await Peer.SendAsync(new CoefficientsMessage(null), cancellation); // 1 →

    /// <summary>The other owner's part of all rounds.</summary>
    /// <exception cref="PeerFaultException">The receiver broke step 1.</exception>
    public async Task ContributeAsync(CancellationToken cancellation)
    {
        for (var asked = 0; ; asked++)
        {
            var named = await Peer.ReceiveAsync<CoefficientsMessage>(RegressionRounds.NameCoefficients, cancellation); // 1 ←
            if (named.Coefficients is not { } beta) return;
            RegressionRounds.CheckNamed(Peer, beta, Model.CovariateCount + 1, asked, MostQuestions);
            await Open(Model.ColumnsAt(Self, beta, Own), Model.WaysOf(Self, Own), cancellation); // 3
        }
    }

    /// <summary>Makes sure that rounding does not show in a result: to first order, errors of the score and of the information move an estimate and its variance by no more than they are.</summary>
    /// <param name="information">The information of covariates in [−1, 1].</param>
    /// <param name="score">How far an entry of the score may be off.</param>
    /// <param name="entry">How far an entry of the information may be off; null for as much.</param>
    /// <exception cref="InvalidOperationException">It could show.</exception>
    /// <remarks>Derivation: specs/regression.md, "Joined rows".</remarks>
    public static void ThrowUnlessPrecise(Matrix<double> information, double score, double? entry = null) =>
        ThrowUnlessPrecise(ScaledSystem.Of(information)?.Inverse().Diagonal().PointwiseSqrt() as IEnumerable<double> ?? [double.PositiveInfinity], score, entry);

    /// <summary>The same, given standard errors of the coefficients of covariates in [−1, 1].</summary>
    public static void ThrowUnlessPrecise(IEnumerable<double> errors, double score, double? entry = null)
    {
        var sum = errors.Sum();
        if (!(score * sum <= Precision && (entry ?? score) * sum * sum <= 2 * Precision))
            throw TooWide();
    }

    private static InvalidOperationException TooWide() =>
        new("The declared ranges of the columns are so wide for these rows that rounding could show in the result: declare narrower ones.");
}
