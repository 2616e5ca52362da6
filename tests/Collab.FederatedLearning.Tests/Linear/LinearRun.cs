using System.Globalization;
using Collab.Channels;
using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Tests.Trees;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Linear;

/// <summary>Columns of public data divided among parties, joint trainings of them, and what R says.</summary>
internal sealed record LinearRun(IReadOnlyList<double[]> Columns, double[] Labels)
{
    private static readonly PartyId Dealing = PartyId.Parse("dealer");

    /// <summary>Named columns of public data; the label is a column or, without a name, that of the file.</summary>
    public static LinearRun Of(CreditRows rows, string[] names, string? label = null)
    {
        double[] Column(string name) => rows.Columns.Single(c => c.Name == name).Values;
        return new([.. names.Select(Column)], label is null ? rows.Labels : Column(label));
    }

    /// <summary>What R says of a case: terms and values.</summary>
    public static Dictionary<string, double> FromR(string name) => File.ReadLines(Path.Combine(AppContext.BaseDirectory, "vectors", "linear-training.csv"))
        .Select(line => line.Split(',')).Where(cells => cells[0] == name).ToDictionary(cells => cells[1], cells => double.Parse(cells[2], CultureInfo.InvariantCulture));

    /// <summary>Trains jointly, the parties' columns being consecutive, and gives every party's part.</summary>
    public Task<LinearPart[]> TrainAsync(LinearSettings settings, int[] counts, int labelOwner, bool dealt = false, SecurityModel security = SecurityModel.SemiHonest) => RunAsync(
        settings.Family, counts, labelOwner, dealt, security,
        (engine, owner, own) => LinearTraining.RunAsync(engine, settings, counts, owner, own, cancellation: TestContext.Current.CancellationToken));

    /// <summary>Fits jointly by Newton's method.</summary>
    public Task<NewtonFit[]> FitAsync(NewtonSettings settings, int[] counts, int labelOwner, bool dealt = false) => RunAsync(
        settings.Family, counts, labelOwner, dealt, SecurityModel.SemiHonest,
        (engine, owner, own) => NewtonTraining.RunAsync(engine, settings, counts, owner, own, cancellation: TestContext.Current.CancellationToken));

    private async Task<T[]> RunAsync<T>(
        LinearFamily family, int[] counts, int labelOwner, bool dealt, SecurityModel security, Func<IVectorEngine, PartyId, LinearRows, Task<T>> train)
        where T : class
    {
        var parties = Parties.Named(counts.Length);
        var runs = await Parties.RunAsync(dealt ? [.. parties, Dealing] : parties, async (self, channels) =>
        {
            var place = Array.IndexOf(parties, self);
            if (place < 0)
            {
                await Dealer.ServeAsync(channels[parties[0]], channels[parties[1]], RandomSource.Seeded(9));
                return null;
            }

            var own = LinearRows.Of(family, Labels.Length, [.. Columns.Skip(counts.Take(place).Sum()).Take(counts[place])], place == labelOwner ? Labels : null);
            await using var joint = await JointEngine.OpenAsync(
                parties, self, dealt ? Dealing : null, channels, RandomSource.Seeded(place), security, Digest.Of("collab.test.linear", []), cancellation: TestContext.Current.CancellationToken);
            var part = await train(joint.Engine, parties[labelOwner], own);
            await joint.EndAsync(TestContext.Current.CancellationToken);
            return part;
        });
        return [.. parties.Select(party => runs[party].Result!)];
    }

    /// <summary>Trains jointly in two pieces, each with an engine of its own and other randomness; between them nothing but the encoded checkpoints.</summary>
    public async Task<LinearPart[]> TrainInPiecesAsync(LinearSettings settings, int[] counts, int labelOwner, int until)
    {
        var parties = Parties.Named(counts.Length);
        LinearRows RowsOf(int place) =>
            LinearRows.Of(settings.Family, Labels.Length, [.. Columns.Skip(counts.Take(place).Sum()).Take(counts[place])], place == labelOwner ? Labels : null);
        async Task<T[]> PieceAsync<T>(int piece, Func<JointEngine, int, Task<T>> run)
        {
            var runs = await Parties.RunAsync(parties, async (self, channels) =>
            {
                var place = Array.IndexOf(parties, self);
                await using var joint = await JointEngine.OpenAsync(
                    parties, self, null, channels, RandomSource.Seeded((10 * piece) + place), SecurityModel.SemiHonest, Digest.Of("collab.test.linear", [(byte)piece]),
                    cancellation: TestContext.Current.CancellationToken);
                return await run(joint, place);
            });
            return [.. parties.Select(party => runs[party].Result!)];
        }

        var kept = await PieceAsync(1, async (joint, place) =>
            (await LinearTraining.RunUntilAsync(joint.Engine, settings, counts, parties[labelOwner], RowsOf(place), until, RandomSource.Seeded(100 + place))).Encode());
        return await PieceAsync(2, (joint, place) =>
            LinearTraining.RunAsync(joint.Engine, settings, counts, parties[labelOwner], RowsOf(place), from: LinearCheckpoint.Decode(kept[place])));
    }

    /// <summary>Trains in clear.</summary>
    public LinearPart Plain(LinearSettings settings) => PlainLinearTraining.Train(settings, LinearRows.Of(settings.Family, Labels.Length, Columns, Labels));
}
