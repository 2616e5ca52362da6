using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.Testing;

namespace Collab.Psi.Tests.Family;

/// <summary>Circuit intersections over the parts of the product: the shared bits put together, and what is opened.</summary>
internal static class CircuitVariants
{
    public static async Task<FamilyOutcome> SharesAsync(FamilySets sets)
    {
        var options = new CircuitPsiOptions(TwoPartyVariants.ContextOf(sets), new CircuitPlan { Values = CircuitValues.OfSender });
        var values = Enumerable.Range(0, sets.Sender.Count).Select(row => ValueOf(sets.Sender[row])).ToArray();
        var run = await TwoParty.RunAsync(
            channel => WithEngineAsync(
                BooleanParty.First, channel, options, engine => CircuitPsi.SendAsync(channel, engine, sets.Sender.Items, values, RandomSource.System, options)),
            channel => WithEngineAsync(
                BooleanParty.Second, channel, options, engine => CircuitPsi.ReceiveAsync(channel, engine, sets.Receiver.Items, RandomSource.System, options)));
        using var there = run.Sender;
        using var here = run.Receiver;
        Assert.Null(there.Items);
        var placed = new bool[sets.Receiver.Count];
        long matches = 0;
        for (var bin = 0; bin < here.BinCount; bin++)
        {
            var row = here.Items![bin];
            var isCommon = row >= 0 && sets.Sender.Contains(sets.Receiver[row]);
            if ((there.Members.Share[bin] ^ here.Members.Share[bin]) != isCommon) Assert.Fail($"The bit of bin {bin} is wrong.");
            if (row >= 0) placed[row] = !placed[row] ? true : throw new InvalidOperationException("A row lies in two bins.");
            if (!isCommon) continue;
            matches++;
            var value = unchecked((long)((ulong)there.SenderValues!.Share[bin] + (ulong)here.SenderValues!.Share[bin]));
            if (value != ValueOf(sets.Receiver[row])) Assert.Fail($"The value in bin {bin} is wrong.");
        }

        if (here.BinCount > 0) Assert.DoesNotContain(false, placed);
        else Assert.True(sets.Sender.Count == 0 || sets.Receiver.Count == 0);
        return new(matches, TwoPartyVariants.BytesOf(run.Usage));
    }

    /// <summary>Count, sum and sum of squares of either side's values, to either side or both in turn; with nothing in common, the refusal at both.</summary>
    public static async Task<FamilyOutcome> TotalsAsync(FamilySets sets)
    {
        var plan = new CircuitPlan
        {
            Values = (CircuitValues)(sets.Seed % 3), Squares = sets.Seed % 3 != 0 && sets.Seed % 2 == 0, Output = (CircuitOutput)(sets.Seed / 3 % 3),
        };
        var options = new CircuitPsiOptions(TwoPartyVariants.ContextOf(sets), plan);
        var owner = plan.Values == CircuitValues.OfSender ? sets.Sender : sets.Receiver;
        var values = Enumerable.Range(0, owner.Count).Select(row => ValueOf(owner[row])).ToArray();
        long count = 0, sum = 0;
        Int128 squares = 0;
        foreach (var row in owner == sets.Sender ? sets.SenderRows : sets.ReceiverRows)
        {
            count++;
            sum += values[row];
            squares += (Int128)values[row] * values[row];
        }

        Task<IntersectionTotals?> SendAsync(IChannel channel) => CircuitTotals.SendAsync(
            channel, sets.Sender.Items, plan.Values == CircuitValues.OfSender ? values : default, RandomSource.System, options);
        Task<IntersectionTotals?> ReceiveAsync(IChannel channel) => CircuitTotals.ReceiveAsync(
            channel, sets.Receiver.Items, plan.Values == CircuitValues.OfReceiver ? values : default, RandomSource.System, options);
        if (count == 0)
        {
            var failures = await TwoParty.FailAsync(SendAsync, ReceiveAsync);
            foreach (var failure in new[] { failures.Sender, failures.Receiver })
                Assert.Equal(CircuitTotals.GroupTooSmall, Assert.IsAssignableFrom<CollabException>(failure).Code);
            return new(0, 0);
        }

        var run = await TwoParty.RunAsync(SendAsync, ReceiveAsync);
        var expected = new IntersectionTotals(count, plan.Values == CircuitValues.None ? null : sum, plan.Squares ? squares : null);
        Assert.Equal(plan.Output == CircuitOutput.Receiver ? null : expected, run.Sender);
        Assert.Equal(plan.Output == CircuitOutput.Sender ? null : expected, run.Receiver);
        return new(count, TwoPartyVariants.BytesOf(run.Usage));
    }

    private static long ValueOf(int number) => (number * 40_503L % (1 << 24)) - (1 << 23);

    private static async Task<SharedIntersection> WithEngineAsync(
        BooleanParty party, IChannel channel, CircuitPsiOptions options, Func<BooleanEngine, Task<SharedIntersection>> run)
    {
        await using var transfers = new ExtendedTransfers(party, channel, RandomSource.System, options.Context);
        await using var fork = channel.Fork("shares");
        using var engine = new BooleanEngine(party, fork, transfers, options.Context);
        return await run(engine);
    }
}
