using Collab.Arithmetic.BinaryField;
using Collab.ObliviousTransfer.Extension;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.ObliviousTransfer.Tests.Silent;

public class SilentDeviationTests
{
    private const int Count = 2000;
    private static readonly VoleOptions Options = new(Digest.Of("collab.test.silent-deviation", []));
    private static readonly SilentParameters Parameters = SilentParameters.For(Count, SilentParameters.FieldNoiseWeight);

    [Fact]
    public async Task The_scripted_sender_passes_when_it_is_honest() => Assert.Null((await CheatAsync((_, _) => { })).Receiver);

    [Theory, InlineData(0, 0), InlineData(513, 2), InlineData(1023, 4)]
    public async Task Level_sums_that_are_wrong_on_both_sides_fail_the_check(int tree, int level)
    {
        var at = 2 * ((tree * Parameters.Depth) + level);
        AssertCaught(await CheatAsync((sums, _) => (sums[at], sums[at + 1]) = (sums[at] + Gf128.One, sums[at + 1] + Gf128.One)));
    }

    [Fact]
    public async Task A_guess_at_a_path_passes_or_fails_without_telling_which_side_was_taken()
    {
        // Selective failure: what the sender learns is whether the guess was right. One of both guesses is caught, the other is not.
        var failures = new List<Exception?>();
        foreach (var side in new[] { 0, 1 })
        {
            failures.Add((await CheatAsync((sums, _) => sums[(2 * 7 * Parameters.Depth) + side] += Gf128.One)).Receiver);
        }

        var caught = Assert.IsType<PeerFaultException>(Assert.Single(failures, failure => failure is not null));
        Assert.Equal("vole-silent.6", caught.Step!.Name);
        Assert.DoesNotContain("7", caught.Message.Replace("vole-silent.6", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory, InlineData(0), InlineData(1023)]
    public async Task A_wrong_correction_fails_the_check(int tree) => AssertCaught(await CheatAsync((_, corrections) => corrections[tree] += new Gf128(0, 1UL << 40)));

    [Fact]
    public async Task Corrections_that_cancel_in_a_plain_sum_fail_the_check() => AssertCaught(await CheatAsync((_, corrections) =>
    {
        corrections[3] += Gf128.One;
        corrections[4] += Gf128.One;
    }));

    [Fact]
    public async Task Another_number_of_corrections_is_refused()
    {
        var failures = await CheatAsync((_, _) => { }, corrections => corrections[1..]);
        Assert.Equal("vole-silent.4", Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    [Fact]
    public async Task A_digest_of_another_run_is_refused() =>
        AssertCaught(await CheatAsync((_, _) => { }, context: Digest.Of("collab.test.another", [])));

    [Fact]
    public async Task Another_context_at_a_party_ends_the_run()
    {
        var other = Options with { Context = Digest.Of("collab.test.another", []) };
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            channel => SilentVole.SendAsync(channel, Count, RandomSource.Seeded(1), Options),
            channel => SilentVole.ReceiveAsync(channel, Count, RandomSource.Seeded(2), other)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Every_changed_message_ends_the_run(bool byReceiver)
    {
        var frames = 0;
        for (; frames < 200; frames++)
        {
            var fault = Faults.At(frames, FaultKind.Flip, byReceiver);
            try
            {
                var run = await TwoParty.RunAsync(
                    channel => SilentVole.SendAsync(channel, Count, RandomSource.Seeded(1), Options),
                    channel => SilentVole.ReceiveAsync(channel, Count, RandomSource.Seeded(2), Options),
                    fault);
                run.Sender.Dispose();
                run.Receiver.Dispose();
                break; // there was no such frame
            }
            catch (ProtocolException)
            {
            }
        }

        Assert.InRange(frames, 5, 199);
    }

    [Fact]
    public async Task Counts_outside_the_range_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SilentVole.SendAsync(null!, 0, RandomSource.System, Options));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SilentOt.ReceiveAsync(null!, SilentOt.LargestCount + 1, RandomSource.System, Options));
    }

    [Theory]
    [InlineData(1, SilentParameters.FieldNoiseWeight)]
    [InlineData(1_350_000, SilentParameters.FieldNoiseWeight)]
    [InlineData(1 << 20, SilentParameters.BitNoiseWeight)]
    [InlineData(SilentVole.LargestCount, SilentParameters.FieldNoiseWeight)]
    [InlineData(SilentVole.LargestCount, SilentParameters.BitNoiseWeight)]
    public void Parameters_have_the_noise_and_the_length_that_were_asked_for(int count, int weight)
    {
        var parameters = SilentParameters.For(count, weight);
        Assert.InRange(parameters.TreeCount, weight, (2 * weight) + 2);
        Assert.True(parameters.MessageLength >= count);
        Assert.Equal(0, parameters.TreeCount % 2);
        Assert.Equal((long)parameters.TreeCount * parameters.TreeLength, 2L * parameters.MessageLength);
        // (1 − δ)^t and (1 − 2δ)^t at the published δ = 0.15.
        var factor = weight == SilentParameters.FieldNoiseWeight ? 1 - 0.15 : 1 - (2 * 0.15);
        Assert.True(-parameters.TreeCount * Math.Log2(factor) >= 128);
    }

    [Fact]
    public void A_punctured_tree_is_the_plain_one_but_for_one_leaf()
    {
        var parameters = new SilentParameters(4, 6);
        using var trees = new SeedTrees(parameters, Options.Context);
        using var plain = LeafVector.Allocate(parameters);
        Gf128[] sums = new Gf128[2 * parameters.TransferCount], totals = new Gf128[4], known = new Gf128[4];
        trees.Grow(RandomSource.Seeded(1), plain, sums, totals, 1);
        for (var point = 0; point < parameters.TreeLength; point++)
        {
            int[] points = [point, parameters.TreeLength - 1 - point, 0, point ^ 21];
            var siblings = NoisePoints.Siblings(parameters, points);
            using var chosen = NativeBuffer<Gf128>.Allocate(parameters.TransferCount);
            for (var i = 0; i < chosen.Length; i++) chosen.Span[i] = sums[(2 * i) + (int)siblings.Bit(i)];
            using var punctured = LeafVector.Allocate(parameters);
            trees.GrowPunctured(points, chosen, punctured, known, parallelism: 2);
            for (var tree = 0; tree < 4; tree++)
            {
                var missing = plain.Tree(tree)[points[tree]];
                Assert.Equal(totals[tree], known[tree] + missing);
                Assert.Equal(Gf128.Zero, punctured.Tree(tree)[points[tree]]);
                punctured.Tree(tree)[points[tree]] = missing;
                Assert.True(plain.Tree(tree).SequenceEqual(punctured.Tree(tree)));
            }
        }
    }

    private static void AssertCaught((Exception? Sender, Exception? Receiver) failures)
    {
        var fault = Assert.IsType<PeerFaultException>(failures.Receiver);
        Assert.Equal(("vole-silent.6", TwoParty.Sender), (fault.Step!.Name, fault.Party!));
    }

    /// <summary>An honest receiver and a sender that follows the steps but for what is changed.</summary>
    private static Task<(Exception? Sender, Exception? Receiver)> CheatAsync(
        Action<Gf128[], Gf128[]> change, Func<Gf128[], Gf128[]>? cut = null, Digest? context = null) => TwoParty.FailAsync(
        async channel =>
        {
            var random = RandomSource.Seeded(3);
            using var extension = await OtExtensionSender.BeginAsync(channel, Options.Extension("vole"), random);
            using var noise = await extension.VectorOleAsync(Parameters.TreeCount + 1);
            using var leaves = LeafVector.Allocate(Parameters);
            Gf128[] sums = new Gf128[2 * Parameters.TransferCount], corrections = new Gf128[Parameters.TreeCount];
            using (var trees = new SeedTrees(Parameters, Options.Context)) trees.Grow(random, leaves, sums, corrections, 1);
            for (var i = 0; i < corrections.Length; i++) corrections[i] += noise.Span[i];
            change(sums, corrections);
            await extension.SendAsync(sums);
            await channel.SendAsync(new Corrections(cut?.Invoke(corrections) ?? corrections));
            await SilentSteps.AnswerAsync(
                channel, Parameters, leaves, extension.Delta, noise.Span[^1], Options with { Context = context ?? Options.Context }, default);
        },
        async channel => (await SilentVole.ReceiveAsync(channel, Count, RandomSource.Seeded(4), Options)).Dispose());
}
