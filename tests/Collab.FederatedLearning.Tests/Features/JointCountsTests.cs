using Collab.Channels;
using Collab.FederatedLearning.Features;
using Collab.FederatedLearning.Features.Joint;
using Collab.FederatedLearning.Tests.Trees;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Features;

public sealed class JointCountsTests
{
    private static readonly JointCountSettings Settings = new();
    private static readonly ColumnWiseOptions Options = new() { Parallelism = 2 };
    private static readonly StepId Step = new("test");

    [Fact]
    public async Task Counts_are_those_in_clear_and_no_group_has_too_few()
    {
        var columns = CreditRows.German.Binned(8)[..12];
        var labels = CreditRows.German.Labels;
        var settings = Settings with { LeastOfEach = 30 };
        var run = await RunAsync(c => CountAsync(c, settings, columns), c => AssistAsync(c, settings, labels));
        Assert.Equal(columns.Length, run.Sender.Count);
        Assert.Contains(run.Sender, counts => counts is not null && counts.GroupOf.Distinct().Count() < counts.GroupOf.Count - 1);
        for (var i = 0; i < columns.Length; i++)
        {
            if (run.Sender[i] is not { } told) continue;
            Assert.Equal(LabelCounting.Of(columns[i].Regrouped([.. told.GroupOf]), labels).Goods, told.Goods);
            Assert.Equal(LabelCounting.Of(columns[i].Regrouped([.. told.GroupOf]), labels).Bads, told.Bads);
            foreach (var group in told.Groups.Where(group => told.Goods[group[0]] + told.Bads[group[0]] > 0))
            {
                Assert.True(told.Goods[group[0]] >= settings.LeastOfEach && told.Bads[group[0]] >= settings.LeastOfEach);
                var values = group.Where(bin => bin < columns[i].Bins.ValueBins).Order().ToArray();
                if (values.Length > 0) Assert.Equal(values.Length - 1, values[^1] - values[0]);       // numbers are merged with neighbours
            }
        }
    }

    [Fact]
    public async Task Enough_in_every_bin_takes_one_round_and_merges_nothing()
    {
        double[] labels = [.. Enumerable.Range(0, 600).Select(i => i % 3 == 0 ? 1.0 : 0)];
        BinnedColumn[] columns = [Column(600, i => i % 5), Column(600, i => i / 200)];
        var settings = Settings with { Rounds = 1 };
        var run = await RunAsync(c => CountAsync(c, settings, columns), c => AssistAsync(c, settings, labels));
        for (var i = 0; i < 2; i++)
        {
            var plain = LabelCounting.Of(columns[i], labels);
            Assert.Equal(plain.Goods, run.Sender[i]!.Goods);
            Assert.Equal(plain.Bads, run.Sender[i]!.Bads);
            Assert.Equal(plain.GroupOf, run.Sender[i]!.GroupOf);
        }
    }

    [Fact]
    public async Task A_column_is_told_not_at_all_while_one_of_its_bins_has_too_few()
    {
        // Bin 0 has no bad: with one round nothing of the column is told, not even the bins that have enough.
        double[] labels = [.. Enumerable.Range(0, 300).Select(i => i % 3 != 0 && i % 2 == 0 ? 1.0 : 0)];
        BinnedColumn[] columns = [Column(300, i => i % 3), Column(300, i => i % 2 == 0 ? 0 : 0)];
        var settings = Settings with { Rounds = 1 };
        var run = await RunAsync(c => CountAsync(c, settings, columns), c => AssistAsync(c, settings, labels));
        Assert.Null(run.Sender[0]);
        Assert.NotNull(run.Sender[1]);
        var merged = await RunAsync(c => CountAsync(c, Settings, columns), c => AssistAsync(c, Settings, labels));
        Assert.Equal(2, merged.Sender[0]!.Groups.Count(group => merged.Sender[0]!.Goods[group[0]] > 0));
    }

    [Fact]
    public async Task Joint_weights_of_evidence_are_those_of_one_party()
    {
        var all = new Rows(2380, 100, Rows.MortgageText("chist"), Rows.Mortgage("lvrat", 9));
        var recipe = FeatureRecipe.Create(
            6,
            new FeatureStep(all.All.Columns[0].Schema, MissingRule.Refused, new WeightOfEvidence(Binning.Learned(UnseenLevels.Other))),
            new FeatureStep(all.All.Columns[1].Schema, MissingRule.Refused, new WeightOfEvidence(Binning.EqualFrequency(10), new(4, 3841))));
        var prepared = await RecipeFitting.PrepareAsync(recipe, all);
        var bins = await prepared.BinAsync(0, 2, all);
        var run = await RunAsync(c => CountAsync(c, Settings, bins), c => AssistAsync(c, Settings, Rows.Denied));
        var plain = prepared.Finish([.. bins.Select(column => LabelCounting.Of(column, Rows.Denied))]);
        var joint = prepared.Finish(run.Sender);
        Assert.Equal(plain.Encode(), joint.Encode());                                // every bin has enough here
        Assert.InRange(joint.Steps[1].Map is BinMap map ? map.Bins.ValueBins : 0, 2, 4);
    }

    [Fact]
    public async Task The_label_owner_sees_uniform_sums_and_the_owner_of_bins_fresh_ciphertexts()
    {
        // With the same bins and labels, what the label owner decrypts differs from mask to mask: shares of the same counts.
        var column = Column(200, i => i % 4);
        using var secret = SecretKey.Generate(GradientPacking.Parameters, RandomSource.Seeded(1));
        using var key = secret.PublicKey(RandomSource.Seeded(2));
        var packing = new GradientPacking(8);
        using var plaintext = packing.Encode([.. Enumerable.Range(0, 200).Select(i => i % 2L)], [.. Enumerable.Range(0, 200)]);
        using var encrypted = secret.Encrypt(plaintext, RandomSource.Seeded(3));
        var (layout, t, seen) = (HistogramLayout.Of([column.Bins]), GradientPacking.Parameters.PlaintextModulus, new HashSet<ulong>());
        for (var seed = 0; seed < 3; seed++)
        {
            using var labels = new EncryptedLabels(packing, key, new(), RandomSource.Seeded(10 + seed));
            labels.Add(encrypted.Encode());
            var share = new ulong[layout.Bins];
            var answer = Assert.Single(labels.Sum([column], layout, share));
            using var ciphertext = Ciphertext.Decode(GradientPacking.Parameters, answer);
            using var decrypted = secret.Decrypt(ciphertext);
            var masked = decrypted.ToCoefficients();
            Assert.Equal([0, 50, 0, 50, 0], masked[..5].Zip(share, (a, b) => (a + b) % t));
            Assert.All(masked[..5], word => Assert.True(seen.Add(word)));            // 34 random bits, seeded: no two are equal
            Assert.True(masked.Count(word => word == 0) < 3);
        }
    }

    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 3, received: 2).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    /// <summary>The first frames of each party, which are those of steps 1 to 3, and some of the engine's.</summary>
    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        double[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? 1.0 : 0)];
        BinnedColumn[] columns = [Column(60, i => i % 2)];
        await Assert.ThrowsAnyAsync<ProtocolException>(() => RunAsync(c => CountAsync(c, Settings, columns), c => AssistAsync(c, Settings, labels), Faults.At(message, kind, byReceiver)));
    }

    [Fact]
    public async Task Other_settings_or_rows_are_faults_of_step_1()
    {
        double[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? 1.0 : 0)];
        foreach (var (settings, rows) in new[] { (Settings with { LeastOfEach = 1 }, 60), (Settings, 59) })
        {
            var (_, failure) = await TwoParty.FailAsync(c => CountAsync(c, settings, [Column(rows, i => i % 2)]), c => AssistAsync(c, Settings, labels));
            Assert.Equal("features-joint.1", Assert.IsType<PeerFaultException>(failure).Step!.Name);
        }
    }

    [Theory, InlineData("settings"), InlineData("rows"), InlineData("stride"), InlineData("key"), InlineData("labels")]
    public async Task An_owner_of_bins_refuses_what_a_label_owner_should_not_send(string what)
    {
        var (failure, _) = await TwoParty.FailAsync(c => CountAsync(c, Settings, [Column(60, i => i % 2)]), c => WithEngineAsync(c, async (channel, _) =>
        {
            await channel.ReceiveAsync<BinsHello>(Step);
            using var secret = SecretKey.Generate(GradientPacking.Parameters, RandomSource.Seeded(1));
            using var key = secret.PublicKey(RandomSource.Seeded(2));
            await channel.SendAsync(new LabelsHello(
                what == "settings" ? (Settings with { Rounds = 9 }).Id : Settings.Id, what == "rows" ? 59u : 60, what == "stride" ? 3u : 32, what == "key" ? [1] : key.Encode()));
            await channel.SendAsync(new CiphertextMessage([1, 2, 3]));
            await channel.ReceiveAsync<CiphertextMessage>(Step);
            return true;
        }));
        Assert.Equal("features-joint.2", Assert.IsType<PeerFaultException>(failure).Step!.Name);
    }

    [Theory, InlineData("no ciphertext"), InlineData("fresh ciphertext")]
    public async Task A_label_owner_refuses_what_an_owner_of_bins_should_not_send(string what)
    {
        double[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? 1.0 : 0)];
        var (_, failure) = await TwoParty.FailAsync(
            c => WithEngineAsync(c, async (channel, _) =>
            {
                await channel.SendAsync(new BinsHello(Settings.Id, 60, HistogramLayout.Of([Column(60, i => i % 2).Bins])));
                await channel.ReceiveAsync<LabelsHello>(Step);
                var block = await channel.ReceiveAsync<CiphertextMessage>(Step);
                await channel.SendAsync(what == "no ciphertext" ? new([]) : block);
                await channel.ReceiveAsync<CiphertextMessage>(Step);
                return true;
            }),
            c => AssistAsync(c, Settings, labels));
        Assert.Equal("features-joint.3", Assert.IsType<PeerFaultException>(failure).Step!.Name);
    }

    [Fact]
    public async Task Labels_that_are_none_or_all_equal_are_refused()
    {
        foreach (var (labels, code) in new[] { (new double[] { 0, 1, double.NaN }, FeatureErrors.LabelUnfit), (new double[] { 0, 2, 1 }, FeatureErrors.LabelUnfit), (new double[] { 1, 1, 1 }, FeatureErrors.LabelConstant) })
        {
            var (_, failure) = await TwoParty.FailAsync(c => CountAsync(c, Settings, [Column(3, i => i)]), c => AssistAsync(c, Settings, labels));
            Assert.Equal(code, Assert.IsType<CollabException>(failure).Code);
        }
    }

    private static BinnedColumn Column(int rows, Func<int, double> value)
    {
        double[] values = [.. Enumerable.Range(0, rows).Select(value)];
        return BinnedColumn.Of(FeatureBins.EqualFrequency("x", values, 8), values);
    }

    private static Task<TwoPartyRun<IReadOnlyList<BinCounts?>, bool>> RunAsync(
        Func<IChannel, Task<IReadOnlyList<BinCounts?>>> count, Func<IChannel, Task> assist, ChannelFault? fault = null) => TwoParty.RunAsync(count, assist, fault);

    private static Task<IReadOnlyList<BinCounts?>> CountAsync(IChannel channel, JointCountSettings settings, IReadOnlyList<BinnedColumn> columns) =>
        WithEngineAsync(channel, (own, engine) => JointCounts.CountAsync(own, engine, settings, columns, RandomSource.Seeded(3), Options, TestContext.Current.CancellationToken));

    private static Task AssistAsync(IChannel channel, JointCountSettings settings, double[] labels) => WithEngineAsync(channel, async (own, engine) =>
    {
        await JointCounts.AssistAsync(own, engine, settings, labels, RandomSource.Seeded(4), Options, TestContext.Current.CancellationToken);
        return true;
    });

    private static async Task<T> WithEngineAsync<T>(IChannel channel, Func<IChannel, IVectorEngine, Task<T>> run)
    {
        var self = channel.Peer == TwoParty.Sender ? TwoParty.Receiver : TwoParty.Sender;
        await using var line = channel.Fork("pair");
        await using var joint = await JointEngine.OpenAsync(
            [TwoParty.Sender, TwoParty.Receiver], self, null, new Dictionary<PartyId, IChannel> { [channel.Peer] = line }, RandomSource.Seeded(self == TwoParty.Sender ? 1 : 2),
            SecurityModel.SemiHonest, Digest.Of("collab.test.counts", []), cancellation: TestContext.Current.CancellationToken);
        var result = await run(channel, joint.Engine);
        await joint.EndAsync(TestContext.Current.CancellationToken);
        return result;
    }
}
