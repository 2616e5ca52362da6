using Collab.EndToEnd.Tests.Support;
using Collab.Evidence;
using Collab.Jobs;
using Collab.Primitives;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Crashes;

/// <summary>kill -9 in the middle of a training: it goes on at its last piece with fresh randomness, for the one use that was spent.</summary>
public sealed class KilledDuringTrainingTests(KilledDuringTrainingTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<KilledDuringTrainingTests.Fixture>
{
    private const int Pieces = 10; // of 20 epochs

    [Theory]
    [InlineData("clinic", "run.5-read", 0)]
    [InlineData("clinic", "run.6-protocol@50", 5)]
    [InlineData("registry", "run.6-protocol@90", 8)]
    public async Task A_killed_node_comes_back_and_the_training_goes_on(string party, string step, int finished)
    {
        var study = fixture.Study;
        var doomed = PartyId.Parse(party);
        await study.StartNodesAsync();
        var (job, _, _) = await CrashWalk.DieAsync(study, TrainingKind, doomed, step);
        await study.Local.ForgetAsync(doomed);
        await study.StartNodesAsync();
        var verdict = await study.SettledAsync(job, limit: TimeSpan.FromMinutes(3)); // its own work, and waiting for the node
        output.WriteLine($"{party} killed at {step}: {verdict}");
        Assert.Equal(new Verdict("committed", null, null, null), verdict);
        await study.AssertEndedWellAsync(job, verdict);

        // Every epoch has its loss once, and the receipts account for every piece once: those of the attempt that died, and those of the one that went on.
        var view = await study.FindAsync(Registry, job);
        var losses = (await File.ReadAllLinesAsync(Path.Combine(view!.Result!, "result.csv"), TestContext.Current.CancellationToken)).Count(line => line.StartsWith(",,,", StringComparison.Ordinal));
        Assert.Equal(2 * Pieces, losses);
        var receipts = EvidenceBundle.Read(await study.ExportAsync(job)).Parts
            .Where(p => p.Name.StartsWith("receipt/", StringComparison.Ordinal)).Select(p => Receipt.Decode(p.Content.Span)).ToList();
        Assert.Equal(2, receipts.Count);
        foreach (var receipt in receipts)
        {
            var pieces = receipt.Conversations.Single().Sent.Concat(receipt.Conversations.Single().Received)
                .Select(line => line.Label.Split('/')).Where(label => label.Any(IsPiece))
                .Select(label => (Earlier: label[0].StartsWith("attempt-", StringComparison.Ordinal), Piece: label.First(IsPiece))).Distinct().ToList();
            Assert.Equal(Pieces, pieces.Select(p => p.Piece).Distinct().Count());
            Assert.Equal(Pieces, pieces.Count);
            Assert.InRange(pieces.Count(p => p.Earlier), Math.Max(0, finished - 1), finished);
        }
    }

    private static bool IsPiece(string part) => part.StartsWith("train-", StringComparison.Ordinal);

    public sealed class Fixture : StudyFixture
    {
        internal override IReadOnlyList<PartyId> Parties => [Clinic, Observer, Registry];
    }
}
