using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Expressions;

/// <summary>Programs over three parties, against what a reader of the program would write down.</summary>
public sealed class ProgramTests
{
    private static readonly PartyId[] Names = Testing.Parties.Named(3);

    private static readonly Digest Context = Digest.Of("collab.test.program", []);

    // Columns x and y of 3, 2 and 4 rows; z of the second party alone.
    private static readonly long[][] X = [[5, -3, 7], [7, 0], [2, 7, -9, 4]], Y = [[10, 20, 30], [40, 50], [60, 70, 80, 90]];
    private static readonly ProgramInput[] Inputs = [new("x", null, 0, -10, 10), new("y", null, 1, 0, 100), new("z", Names[1], 0, -100, 100)];

    [Theory]
    [InlineData("open r = sum(x)", "20")]
    [InlineData("open r = mean(y)", "5")]
    [InlineData("open r = mean(x)", "2.222222222222222222")]
    [InlineData("open r = count(x > 3 and not (y == 3.0))", "4")]
    [InlineData("open r = count(x >= 7 or x <= -3)", "5")]
    [InlineData("open r = count(x != 7 and x < 5)", "5")]
    [InlineData("open r = max(x)", "7")]
    [InlineData("open r = min(x)", "-9")]
    [InlineData("open r = at_max(x, party)", "1")]
    [InlineData("open r = at_max(x, row)", "3")]
    [InlineData("open r = at_min(x, serial)", "8")]
    [InlineData("open r = top(3, x)", null)]
    [InlineData("open r = top(x, 4)", "7 7 7 5")]
    [InlineData("t = top(x, 4)\nopen r = t[4]", "5")]
    [InlineData("open r = sort(x)", "-9 -3 0 2 4 5 7 7 7")]
    [InlineData("open r = order(-x, serial)", "3 4 7 1 9 6 5 2 8")]
    [InlineData("open r = running(sort(x))", "-9 -12 -12 -10 -6 -1 6 13 20")]
    [InlineData("open r = inner(x, y)", "73.0")]
    [InlineData("open r = inner(sort(x), sort(y))", "211.0")]
    [InlineData("open r = sum(select(x > max(z), x, 0))", "20")]
    [InlineData("open r = max(z) * sum(z) - 1", "219")]
    [InlineData("open r = max(sum(x), max(z))", "20")]
    [InlineData("open r = min(sum(x), max(z))", "-10")]
    [InlineData("open r = poly(max(x), 1, 2, 3)", "162")]
    [InlineData("open r = count(among(x, 7, 0, 3))", "4")]
    [InlineData("open r = max(x) == 7", "true")]
    [InlineData("open r = max(x) == 7 and sum(y) == 1", "false")]
    [InlineData("open r = max(x) > 7.5 or sum(y) == 45", "true")]
    [InlineData("# a comment\n\na = sum(x); b = a + 0.25\nopen r = (b\n  * 2)", "40.50")]
    [InlineData("open r = z[2]", "-12")]
    [InlineData("m = max(x)\nopen r = count(x == m)", "3")]
    [InlineData("m = max(x)\nopen r = at_max(select(x == m, 0, x), serial)", "1")]
    [InlineData("open r = 3", "3")]
    public async Task Means_what_is_written(string program, string? expected)
    {
        if (expected is null)
        {
            Assert.Throws<ProgramException>(() => JointProgram.Create(program, Names, Inputs, [9, 9, 9]));
            return;
        }

        foreach (var security in new[] { SecurityModel.SemiHonest, SecurityModel.Malicious })
        {
            var results = await RunAsync(program, security, [Names[0], Names[2]]);
            Assert.Null(results[1]);
            foreach (var result in new[] { results[0], results[2] }) Assert.Equal(expected, string.Join(' ', Assert.Single(result!).Texts));
        }

        foreach (var result in await RunByTwoAsync(program)) Assert.Equal(expected, string.Join(' ', Assert.Single(result!).Texts));
    }

    [Fact]
    public void Two_parties_have_no_engine_that_withstands_one_that_deviates()
    {
        Assert.False(JointEngine.Exists(2, SecurityModel.Malicious));
        Assert.True(JointEngine.Exists(2, SecurityModel.SemiHonest));
        Assert.Throws<ArgumentException>(() => JointProgram.Create("open r = sum(x)", Names[..1], Inputs[..1], [9]));
    }

    [Theory]
    [InlineData("open r = sum(x", 1, 15, "')' is expected")]
    [InlineData("open r = 1 +", 1, 13, "a value is expected, not the end")]
    [InlineData("open = 3", 1, 6, "the name of what is opened")]
    [InlineData("a = 1\nopen r = $", 2, 10, "a name, a number or an operator")]
    [InlineData("open r = 1.x", 1, 10, "a number like 12 or 0.5")]
    [InlineData("open r = suum(x)", 1, 10, "did you mean 'sum'")]
    [InlineData("open r = sum(xx)", 1, 14, "did you mean")]
    [InlineData("open r = sum(x > 1)", 1, 16, "a number is expected, not a truth value")]
    [InlineData("open r = count(x)", 1, 16, "a truth value is expected")]
    [InlineData("open r = x and x", 1, 10, "a truth value is expected")]
    [InlineData("open r = sum(3)", 1, 14, "a list is expected")]
    [InlineData("open r = x + z", 1, 12, "lists of the same rows")]
    [InlineData("open r = select(x > 1, x, x > 2)", 1, 29, "a value of the type of the other choice")]
    [InlineData("open r = top(x, 0)", 1, 17, "a whole number from 1")]
    [InlineData("open r = top(x, sum(x))", 1, 17, "a whole number from 1")]
    [InlineData("x = 3\nopen r = x", 1, 1, "'x' is taken")]
    [InlineData("row = 3\nopen r = row", 1, 1, "'row' is taken")]
    [InlineData("a = 3", 1, 1, "'open name = value'")]
    [InlineData("open r = sum(x, x)", 1, 10, "'sum' with 1 value is expected, not 2")]
    [InlineData("open r = 1 + mean(x)", 1, 14, "only as the whole")]
    [InlineData("open r = 4611686018427387904", 1, 10, "2^62 is the limit")]
    [InlineData("a = poly(x, 0, 0, 0, 0, 0, 0, 0, 1)\nopen r = a * a * a", 2, 16, "2^62 is the limit")]
    [InlineData("open r = 0.0000000000000000001", 1, 10, "at most 18 decimals")]
    [InlineData("open r = 1 2", 1, 12, "an operator or the end of the line")]
    [InlineData("open r = 1 < 2 < 3", 1, 16, "an operator or the end of the line")]
    public void A_bad_program_is_refused_with_its_place(string program, int line, int column, string rule)
    {
        var refused = Assert.Throws<ProgramException>(() => JointProgram.Create(program, Names, Inputs, [9, 9, 9]));
        Assert.Contains(rule, refused.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (refused.Line, refused.Column));
    }

    [Fact]
    public void Nesting_and_size_are_bounded()
    {
        foreach (var program in new[]
        {
            $"open r = {new string('(', 5_000)}1", $"open r = {new string('-', 5_000)}1", $"open r = {string.Concat(Enumerable.Repeat("not ", 5_000))}1",
            $"open r = {string.Concat(Enumerable.Repeat("1 + ", 20_000))}1",
        })
            Assert.Throws<ProgramException>(() => JointProgram.Create(program, Names, Inputs, [9, 9, 9]));
    }

    private static async Task<IReadOnlyList<OpenedValue>?[]> RunAsync(string text, SecurityModel security, PartyId[] receivers)
    {
        var program = JointProgram.Create(text, Names, Inputs, [9, 9, 9]);
        var runs = await ThreeParty.RunAsync((self, channels) =>
        {
            var p = Array.IndexOf(Names, self);
            var columns = new Dictionary<string, long[]> { ["x"] = X[p], ["y"] = Y[p] };
            if (p == 1) columns["z"] = [-10, -12];
            return program.RunAsync(self, channels, columns, X[p].Length, receivers, security, Context, RandomSource.Seeded(p));
        });
        return [.. Names.Select(party => runs[party].Result)];
    }

    /// <summary>The same rows in the same order, held by two parties.</summary>
    private static async Task<IReadOnlyList<OpenedValue>?[]> RunByTwoAsync(string text)
    {
        PartyId[] names = [TwoParty.Sender, TwoParty.Receiver];
        var program = JointProgram.Create(text, names, [Inputs[0], Inputs[1], Inputs[2] with { Of = names[1] }], [9, 9]);
        long[][] x = [[.. X[0], .. X[1], .. X[2][..2]], X[2][2..]], y = [[.. Y[0], .. Y[1], .. Y[2][..2]], Y[2][2..]];
        var run = await TwoParty.RunAsync(channel => PartAsync(channel, 0), channel => PartAsync(channel, 1));
        return [run.Sender, run.Receiver];

        Task<IReadOnlyList<OpenedValue>?> PartAsync(IChannel channel, int p)
        {
            var columns = new Dictionary<string, long[]> { ["x"] = x[p], ["y"] = y[p] };
            if (p == 1) columns["z"] = [-10, -12];
            return program.RunAsync(
                names[p], new Dictionary<PartyId, IChannel> { [names[1 - p]] = channel }, columns, x[p].Length, names, SecurityModel.SemiHonest, Context, RandomSource.Seeded(p));
        }
    }
}
