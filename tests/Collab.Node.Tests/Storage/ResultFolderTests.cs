using System.Text.Json;
using Collab.Cryptography;
using Collab.Engine;
using Collab.Evidence;
using Collab.Jobs;
using Collab.Node.Storage;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Node.Tests.Storage;

public sealed class ResultFolderTests : IDisposable
{
    private static readonly Digest Run = Digest.Sha256("run"u8);

    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("collab-results-").FullName, "results");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void A_released_result_is_complete_and_its_opening_opens_the_commitment()
    {
        var result = new JobResult.Intersection(["id"], [new Match(7, ["anna"]), new Match(9, ["bo"])]);
        var (commitment, opening) = Commitment.Commit(ShownResult.Domain, result.Encode(), RandomSource.Seeded(1));
        var folder = new ResultFolder(_folder);
        Assert.Null(folder.Find(Run));

        folder.Release(Plans.Intersection(), Run, new SealedResult(opening, result));

        var place = folder.Find(Run)!;
        Assert.Equal(["opening.bin", "result.bin", "result.csv", "result.json"], Directory.EnumerateFiles(place).Select(Path.GetFileName).Order());
        Assert.Equal("id,row\nanna,7\nbo,9\n", File.ReadAllText(Path.Combine(place, "result.csv")));
        Assert.Equal(2, JsonDocument.Parse(File.ReadAllText(Path.Combine(place, "result.json"))).RootElement.GetProperty("count").GetInt32());
        var reader = new CanonicalReader(File.ReadAllBytes(Path.Combine(place, ResultFolder.OpeningFile)));
        Assert.True(commitment.IsOpenedBy(
            ShownResult.Domain, File.ReadAllBytes(Path.Combine(place, ResultFolder.CanonicalFile)), CommitmentOpening.Decode(ref reader)));
    }

    [Fact]
    public void What_a_crash_left_is_replaced_and_a_second_release_changes_nothing()
    {
        Directory.CreateDirectory(Path.Combine(_folder, $"{Run}.pending"));
        File.WriteAllText(Path.Combine(_folder, $"{Run}.pending", "result.csv"), "half");
        var folder = new ResultFolder(_folder);
        Release(folder, "anna");
        Release(folder, "other");
        Assert.Contains("anna", File.ReadAllText(Path.Combine(folder.Find(Run)!, "result.csv")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, $"{Run}.pending")));
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+cmd", "'+cmd")]
    [InlineData("@sum", "'@sum")]
    [InlineData("-cmd", "'-cmd")]
    [InlineData("-12.5", "-12.5")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    public void A_cell_that_a_spreadsheet_would_run_is_made_text(string key, string cell)
    {
        var folder = new ResultFolder(_folder);
        Release(folder, key);
        Assert.Equal($"id,row\n{cell},1\n", File.ReadAllText(Path.Combine(folder.Find(Run)!, "result.csv")));
    }

    private static void Release(ResultFolder folder, string key)
    {
        var result = new JobResult.Intersection(["id"], [new Match(1, [key])]);
        var (_, opening) = Commitment.Commit(ShownResult.Domain, result.Encode(), RandomSource.Seeded(1));
        folder.Release(Plans.Intersection(), Run, new SealedResult(opening, result));
    }
}
