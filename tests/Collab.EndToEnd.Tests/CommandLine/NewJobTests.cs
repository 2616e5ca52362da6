using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.CommandLine;

/// <summary><c>collab job new</c>: what it writes is a job description that the program takes, for every kind it knows; and it says what it lacks.</summary>
public sealed class NewJobTests
{
    [Theory]
    [InlineData("intersection", "key: [id]")]
    [InlineData("statistics", "levels: [no, yes]")]
    [InlineData("analysis", "test: welch")]
    [InlineData("retrieval", "columns: [paid, \"income per year\", age]")]
    [InlineData("train", "label: { of: left, column: paid, positive: yes }")]
    [InlineData("cluster", "of: right, columns: [\"income per year\", age]")]
    public async Task A_description_is_made_of_the_columns_and_is_valid(string kind, string guess)
    {
        using var folder = new TemporaryFolder();
        var (left, right) = Write(folder);
        (await CollabProgram.RunAsync("job", "new", kind, "--party", left, right, "--out", folder["job.yaml"])).Expect(0);
        Assert.Contains(guess, await File.ReadAllTextAsync(folder["job.yaml"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        (await CollabProgram.RunAsync("job", "validate", folder["job.yaml"])).Expect(0, kind, "left, right");
    }

    [Fact]
    public async Task What_it_lacks_is_said_and_a_file_is_never_overwritten()
    {
        using var folder = new TemporaryFolder();
        var (left, right) = Write(folder);
        var words = folder.Write("words.csv", "name\nA\nB\n");
        (await CollabProgram.RunAsync("job", "new", "statistics", "--party", left, words)).Expect(2, "new-job.columns-unfit", "No number column");
        (await CollabProgram.RunAsync("job", "new", "intersection", "--party", left)).Expect(2, "usage.wrong");
        (await CollabProgram.RunAsync("job", "new", "intersection", "--party", left, "nobody=missing.csv")).Expect(2, "usage.wrong", "missing.csv");
        (await CollabProgram.RunAsync("job", "new", "intersection", "--party", left, right, "--out", left)).Expect(2, "usage.wrong");
        (await CollabProgram.RunAsync("job", "new", "auction", "--party", left, right)).Expect(2, "auction");
    }

    private static (string Left, string Right) Write(TemporaryFolder folder)
    {
        const string head = "id,paid,income per year,age\n";
        return (
            folder.Write("left.csv", head + string.Concat(Enumerable.Range(0, 30).Select(i => $"C{i},{(i % 3 == 0 ? "no" : "yes")},{20000 + i}.5,{30 + i % 20}\n"))),
            folder.Write("right.csv", head + string.Concat(Enumerable.Range(10, 30).Select(i => $"C{i},{(i % 4 == 0 ? "no" : "yes")},{30000 + i}.25,{25 + i % 30}\n"))));
    }
}
