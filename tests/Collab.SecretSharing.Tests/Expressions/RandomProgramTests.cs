using System.Numerics;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Expressions;

/// <summary>Programs drawn at random, on every engine, against a second reading of the language.</summary>
public sealed class RandomProgramTests
{
    private const int Programs = 25; // of each engine; each opens a number of expressions
    private static readonly PartyId Dealer = PartyId.Parse("dealer");
    private static readonly Digest Context = Digest.Of("collab.test.random-programs", []);

    [Theory]
    [InlineData(2, SecurityModel.SemiHonest, false)]
    [InlineData(2, SecurityModel.SemiHonest, true)]
    [InlineData(3, SecurityModel.SemiHonest, false)]
    [InlineData(3, SecurityModel.Malicious, false)]
    public async Task Every_engine_opens_what_a_reader_of_the_program_finds(int parties, SecurityModel security, bool isDealt)
    {
        var random = new Random(20261126 + parties + (int)security);
        PartyId[] names = parties == 3 ? Testing.Parties.Named(3) : [TwoParty.Sender, TwoParty.Receiver];
        int accepted = 0, refused = 0;
        while (accepted < Programs)
        {
            int[] rows = [.. names.Select(_ => random.Next(3, 7))];
            var columns = new Dictionary<string, (long[] Units, int Scale, int Of)>
            {
                ["x"] = (Draw(random, rows.Sum(), -5, 5), 0, -1), ["y"] = (Draw(random, rows.Sum(), 0, 99), 1, -1), ["z"] = (Draw(random, rows[1], -50, 50), 0, 1),
            };
            var drawn = new RandomPrograms(random, rows, columns);
            var opened = Enumerable.Range(0, 3).Select(_ => drawn.Next()).ToList();
            var text = string.Join('\n', opened.Select((o, i) => $"open r{i} = {o.Value.Text}"));
            JointProgram program;
            try
            {
                program = JointProgram.Create(
                    text, names, [new("x", null, 0, -5, 5), new("y", null, 1, 0, 99), new("z", names[1], 0, -50, 50)], [.. rows.Select(_ => 9)], isDealt ? Dealer : null);
            }
            catch (ProgramException over)
            {
                Assert.Matches("2\\^62 is the limit|must fit 63 bits|at most 18 decimals", over.Message); // no other reason is just
                refused++;
                continue;
            }

            accepted++;
            foreach (var result in await RunAsync(program, names, rows, columns, security))
            {
                Assert.Equal(opened.Count, result!.Count);
                foreach (var (found, (value, isTruth)) in result.Zip(opened))
                {
                    Assert.True(value.Units.SequenceEqual(found.Units.Select(u => (BigInteger)u)), $"{value.Text}: {string.Join(' ', found.Units)}, not {string.Join(' ', value.Units)}");
                    Assert.Equal((isTruth, isTruth ? 0 : value.Scale), (found.IsTruth, found.Scale));
                }
            }
        }

        Assert.True(refused < 3 * Programs, $"{refused} programs refused"); // else few of the deep ones were run
    }

    private static async Task<IReadOnlyList<OpenedValue>?[]> RunAsync(
        JointProgram program, PartyId[] names, int[] rows, Dictionary<string, (long[] Units, int Scale, int Of)> columns, SecurityModel security)
    {
        Task<IReadOnlyList<OpenedValue>?> PartAsync(int p, IReadOnlyDictionary<PartyId, IChannel> channels) => program.RunAsync(
            names[p], channels,
            columns.Where(c => c.Value.Of < 0 || c.Value.Of == p).ToDictionary(c => c.Key, c => c.Value.Of < 0 ? c.Value.Units.Skip(rows[..p].Sum()).Take(rows[p]).ToArray() : c.Value.Units),
            rows[p], names, security, Context, RandomSource.Seeded(p));
        if (names.Length == 2 && program.Dealer is null)
        {
            var run = await TwoParty.RunAsync(
                channel => PartAsync(0, new Dictionary<PartyId, IChannel> { [names[1]] = channel }), channel => PartAsync(1, new Dictionary<PartyId, IChannel> { [names[0]] = channel }));
            return [run.Sender, run.Receiver];
        }

        var runs = await Testing.Parties.RunAsync(program.Dealer is null ? names : [.. names, Dealer], async (self, channels) =>
        {
            if (self != Dealer) return await PartAsync(Array.IndexOf(names, self), channels);
            await program.DealAsync(channels, RandomSource.Seeded(7));
            return null;
        });
        return [.. names.Select(name => runs[name].Result)];
    }

    private static long[] Draw(Random random, int count, int low, int high) => [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(low, high + 1))];
}
