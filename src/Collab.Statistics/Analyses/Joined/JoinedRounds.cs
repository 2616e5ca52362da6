using Collab.Channels;
using Collab.Primitives;
using BigInteger = System.Numerics.BigInteger;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>Opens one round's totals to the receiver, given this party's columns; null at the other.</summary>
/// <param name="parts">What is opened, part by part.</param>
/// <param name="columns">This party's columns.</param>
/// <param name="cancellation">Ends the run.</param>
public delegate Task<IReadOnlyList<BigInteger>?> JoinedOpening(IReadOnlyList<JoinedRound> parts, JoinedRoundColumns columns, CancellationToken cancellation);

/// <summary>One party's view of the rounds of a regression over joined rows: the receiver names β, and both open the sums at it to the receiver.</summary>
/// <param name="Model">What the sums are.</param>
/// <param name="Self">This party.</param>
/// <param name="Peer">To the other owner.</param>
/// <param name="Own">This party's rows.</param>
/// <param name="Open">Opens totals of columns.</param>
/// <param name="MostPoints">At how many β sums are asked for at most.</param>
internal sealed record JoinedRounds(JoinedModel Model, PartyId Self, IChannel Peer, JoinedRows Own, JoinedOpening Open, int MostPoints)
{
    private long _work;

    /// <summary>The receiver's part of one round.</summary>
    /// <param name="named">What it names: β for covariates in [−1, 1], with an intercept, and what else the model has.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The sums.</returns>
    /// <exception cref="InvalidOperationException">A coefficient is out of bounds, and nothing was sent.</exception>
    public async Task<IReadOnlyList<BigInteger>> AskAsync(double[] named, CancellationToken cancellation)
    {
        RegressionRounds.ThrowUnlessBounded(named);
        var parts = Model.PartsAt(named) is { } there && (_work += Model.WorkOf(named)) <= Model.MostWork(MostPoints) ? there : throw TooWide();
        await Peer.SendAsync(new CoefficientsMessage(named), cancellation); // 1 →
        return (await Open(parts, Model.ColumnsAt(Self, named, Own), cancellation))!; // 3
    }

    /// <summary>The receiver ends the rounds.</summary>
    public async Task EndAsync(CancellationToken cancellation) => await Peer.SendAsync(new CoefficientsMessage(null), cancellation); // 1 →

    /// <summary>The other owner's part of all rounds.</summary>
    /// <exception cref="PeerFaultException">The receiver broke step 1.</exception>
    public async Task ContributeAsync(CancellationToken cancellation)
    {
        var (point, points, asked) = (Array.Empty<double>(), 0, 0);
        while (true)
        {
            var received = await Peer.ReceiveAsync<CoefficientsMessage>(RegressionRounds.NameCoefficients, cancellation); // 1 ←
            if (received.Coefficients is not { } named) return;
            RegressionRounds.CheckNamed(Peer, named, Model.NamedCount, 0, 1);
            (points, asked) = point.AsSpan().SequenceEqual(Model.PointOf(named)) ? (points, asked + 1) : (points + 1, 1);
            point = Model.PointOf(named).ToArray();
            PeerFaultException.ThrowUnless(points <= MostPoints && asked <= Model.MostQuestionsAtPoint, Peer.Peer, RegressionRounds.NameCoefficients, $"at most {MostPoints} questions");
            var parts = Model.PartsAt(named);
            PeerFaultException.ThrowUnless(parts is not null && (_work += Model.WorkOf(named)) <= Model.MostWork(MostPoints), Peer.Peer, RegressionRounds.NameCoefficients, "coefficients that the sums are defined at");
            await Open(parts!, Model.ColumnsAt(Self, named, Own), cancellation); // 3
        }
    }

    /// <summary>The declared ranges are too wide for the rows.</summary>
    public static InvalidOperationException TooWide() =>
        new("The declared ranges of the columns are so wide for these rows that rounding could show in the result: declare narrower ones.");
}
