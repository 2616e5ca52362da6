using System.Globalization;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Ecdh;
using Collab.Psi.Incremental;
using Collab.Psi.MultiParty;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests;

/// <summary>Every protocol of the family against the plain intersection, on random sets.</summary>
/// <remarks>
/// By default 25 pairs of sets for each protocol, of 0 to 1,000 items. With COLLAB_PSI_FAMILY=full 1,000 pairs of 0 to 100,000 items, half of them below 316
/// (an hour); with COLLAB_PSI_FAMILY=N, N pairs of the full sizes. A failure names the pair's number, which is its seed.
/// </remarks>
public class FamilyTests
{
    private static readonly string? Asked = Environment.GetEnvironmentVariable("COLLAB_PSI_FAMILY");
    private static readonly int Pairs = Asked is null ? 25 : Asked == "full" ? 1000 : int.Parse(Asked, CultureInfo.InvariantCulture);
    private static readonly int Digits = Asked is null ? 3 : 5;

    public static TheoryData<string> Protocols =>
        ["ecdh", "cardinality", "rr22 semi-honest", "rr22 malicious", "rr22 both learn", "incremental", "multi-party"];

    [Theory, MemberData(nameof(Protocols))]
    public async Task The_result_is_the_plain_one_on_random_sets(string protocol)
    {
        for (var seed = 1; seed <= Pairs; seed++)
        {
            var random = new Random(seed);
            var sets = Enumerable.Range(0, protocol == "multi-party" ? 3 : 2).Select(_ => RandomSet(random)).ToArray();
            var failure = await Record.ExceptionAsync(() => RunAsync(protocol, Digest.Of("collab.test.family", BitConverter.GetBytes(seed)), sets, random));
            if (failure is not null) Assert.Fail($"{protocol}, pair {seed} of sizes {string.Join(", ", sets.Select(set => set.Length))}: {failure}");
        }
    }

    private static async Task RunAsync(string protocol, Digest context, int[][] sets, Random random)
    {
        var (sender, receiver) = (sets[0], sets[1]);
        var held = sender.ToHashSet();
        int[] common = [.. Enumerable.Range(0, receiver.Length).Where(i => held.Contains(receiver[i]))];
        switch (protocol)
        {
            case "ecdh":
                var ecdh = new EcdhPsiOptions(context);
                Assert.Equal(common, (await TwoParty.RunAsync(
                    channel => EcdhPsi.SendAsync(channel, Items(sender), RandomSource.System, ecdh),
                    channel => EcdhPsi.ReceiveAsync(channel, Items(receiver), RandomSource.System, ecdh))).Receiver);
                break;
            case "cardinality":
                var size = new EcdhPsiOptions(context);
                Assert.Equal(common.Length, (await TwoParty.RunAsync(
                    channel => EcdhCardinality.SendAsync(channel, Items(sender), RandomSource.System, size),
                    channel => EcdhCardinality.ReceiveAsync(channel, Items(receiver), RandomSource.System, size))).Receiver);
                break;
            case "incremental":
                await RunIncrementalAsync(sender, receiver, random);
                break;
            case "multi-party":
                await RunMultiPartyAsync(context, sets);
                break;
            default:
                var vole = new VolePsiOptions(context)
                {
                    Security = protocol == "rr22 semi-honest" ? SecurityModel.SemiHonest : SecurityModel.Malicious, BothLearn = protocol == "rr22 both learn",
                };
                var run = await TwoParty.RunAsync(
                    channel => VolePsi.SendAsync(channel, Items(sender), RandomSource.System, vole),
                    channel => VolePsi.ReceiveAsync(channel, Items(receiver), RandomSource.System, vole));
                Assert.Equal(common, run.Receiver);
                var of = receiver.ToHashSet();
                Assert.Equal(vole.BothLearn ? Enumerable.Range(0, sender.Length).Where(i => of.Contains(sender[i])) : null, run.Sender);
                break;
        }
    }

    /// <summary>The sets in three days: most on the first, some taken away again and the rest added on the others.</summary>
    private static async Task RunIncrementalAsync(int[] sender, int[] receiver, Random random)
    {
        using var pair = new Incremental.IncrementalPair();
        int[] Day(int[] set, int day) => [.. set.Where((_, i) => i % 8 == day || (day == 1 && i % 8 > 3))];
        var (senderGoes, receiverGoes) = (Day(sender, 1).Where(_ => random.Next(10) == 0).ToArray(), Day(receiver, 1).Where(_ => random.Next(10) == 0).ToArray());
        HashSet<UInt128> known = [];
        foreach (var (day, goes) in new[] { (1, false), (2, true), (3, false), (0, false) })
        {
            var changes = await pair.UpdateAsync(day + 10, Day(sender, day), goes ? senderGoes : [], Day(receiver, day), goes ? receiverGoes : []);
            known.ExceptWith(changes.Removed);
            known.UnionWith(changes.Added);
        }

        var expected = sender.Except(senderGoes).Intersect(receiver.Except(receiverGoes)).Select(Incremental.IncrementalPair.Id).Order();
        Assert.Equal(expected, known.Order());
        Assert.Equal(expected, pair.Receiver.ReadIntersection().Order());
    }

    private static async Task RunMultiPartyAsync(Digest context, int[][] sets)
    {
        var parties = Parties.Named(sets.Length);
        var options = new MultiPartyPsiOptions(context, parties, parties[0]);
        var runs = await Parties.RunAsync(parties, async (self, channels) => self == parties[0]
            ? await MultiPartyPsi.LeadAsync(channels, Items(sets[0]), RandomSource.System, options)
            : await MultiPartyPsi.FollowAsync(self, channels, Items(sets[Array.IndexOf(parties, self)]), RandomSource.System, options));
        var all = sets[1].Intersect(sets[2]).ToHashSet();
        Assert.Equal(Enumerable.Range(0, sets[0].Length).Where(i => all.Contains(sets[0][i])), runs[parties[0]].Result);
    }

    /// <summary>Sizes are uniform by digits, and one in twenty is empty; items come from a range about as large, so that many are common.</summary>
    private static int[] RandomSet(Random random)
    {
        var size = random.Next(20) == 0 ? 0 : (int)Math.Pow(10, Digits * random.NextDouble());
        var range = Math.Max(4, size + random.Next(size + 4));
        var numbers = Enumerable.Range(0, range).ToArray();
        random.Shuffle(numbers);
        return numbers[..size];
    }

    /// <summary>Items of 1 to 40 bytes, distinct as the numbers are.</summary>
    private static ReadOnlyMemory<byte>[] Items(int[] numbers) => Array.ConvertAll(numbers, number =>
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        return (ReadOnlyMemory<byte>)System.Text.Encoding.ASCII.GetBytes(text + new string('-', number % 32));
    });
}
