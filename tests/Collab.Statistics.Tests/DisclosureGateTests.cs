using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Statistics.Tests;

public sealed class DisclosureGateTests
{
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(25, false)]
    [InlineData(256, false)]
    public void The_circuit_equals_its_definition(int owners, bool receiverOwns)
    {
        var random = RandomSource.Seeded(owners);
        PartyId[] parties = [.. Enumerable.Range(0, owners).Select(i => PartyId.Parse($"owner-{i}"))];
        Statistic[][] asked = [[Statistic.Count], [Statistic.Minimum], [Statistic.Maximum], [Statistic.Minimum, Statistic.Maximum]];
        foreach (var statistics in asked)
        {
            foreach (var minimum in new[] { 1, 10, int.MaxValue })
            {
                var plan = StatisticsPlan.Create(
                    new([new Measure("x", 0)], null, statistics, minimum), parties, receiverOwns ? parties[^1] : PartyId.Parse("registry"));
                var circuit = DisclosureGate.For(plan.Gate).Circuit;
                for (var round = 0; round < 8; round++)
                {
                    var summaries = parties.Select(_ => Moments(random, round)).ToList();
                    var words = summaries.Select(m => DisclosureGate.Word(plan.Gate, m.Count, m.Minimum, m.Maximum)).ToList();
                    if (receiverOwns) words = [.. words[..^1], .. Halves(random, words[^1])];
                    var bits = circuit.Evaluate([.. words.SelectMany(w => w)]);

                    var outputs = new bool[1, bits.Length];
                    for (var i = 0; i < bits.Length; i++) outputs[0, i] = bits[i];
                    var pass = summaries.Sum(m => m.Count) >= minimum;
                    Assert.Equal(
                        (pass,
                        pass && plan.AsksMinimum ? summaries.Min(m => m.Minimum) : 0,
                        pass && plan.AsksMaximum ? summaries.Max(m => m.Maximum) : 0),
                        DisclosureGate.Read(plan.Gate, outputs, 0));
                }
            }
        }
    }

    [Fact]
    public void Counts_of_the_largest_width_from_all_owners_do_not_wrap()
    {
        PartyId[] parties = [.. Enumerable.Range(0, StatisticsPlan.MaximumOwners).Select(i => PartyId.Parse($"owner-{i}"))];
        var plan = StatisticsPlan.Create(new([new Measure("x", 0)], null, [Statistic.Count], int.MaxValue), parties, PartyId.Parse("registry"));
        var circuit = DisclosureGate.For(plan.Gate).Circuit;
        Assert.True(circuit.Evaluate([.. Enumerable.Repeat(true, circuit.InputCount)])[0]);
    }

    // No values, one, or some; at times the neutral elements themselves as values.
    private static ExactMoments Moments(RandomSource random, int round)
    {
        var moments = new ExactMoments();
        var values = Enumerable.Range(0, (int)(random.NextUInt64() % 6)).Select(_ => (random.NextUInt64() % 8) switch
        {
            0 => long.MaxValue,
            1 => long.MinValue,
            var kind => unchecked((long)random.NextUInt64()) >> (int)(kind * 7),
        });
        moments.Add(round == 0 ? [] : [.. values]);
        return moments;
    }

    private static bool[][] Halves(RandomSource random, bool[] word)
    {
        var mask = word.Select(_ => random.NextUInt64() % 2 == 0).ToArray();
        return [[.. word.Zip(mask, (w, m) => w ^ m)], mask];
    }
}
