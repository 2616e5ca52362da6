using System.Globalization;
using System.Text.Json;
using Collab.Cryptography;
using Collab.Engine;
using Collab.Evidence;
using Collab.Jobs;
using Collab.Node.Storage;
using Collab.Primitives;
using Collab.Statistics.Analyses;
using Collab.Testing;
using Finding = Collab.Statistics.Inference.Finding;
using Quantity = Collab.Statistics.Inference.Quantity;

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

    public static TheoryData<string> Kinds => [.. Every.Keys];

    private static readonly Dictionary<string, (JobResult Result, string Csv, string Kind, long Count)> Every = new()
    {
        ["rows by several keys"] = (
            new JobResult.LinkedRows([["id"], ["name", "born"]], [new LinkedRow(4, ["7", "anna", "1990"], [1, 2]), new LinkedRow(5, ["", "bo", "1991"], [2])]),
            "id,name,born,matched_by,row\n7,anna,1990,1 2,4\n,bo,1991,2,5\n", "intersection", 2),
        ["differences"] = (
            new JobResult.Differences([["ref"], ["ref", "amount"]], [new LinkedRow(1, ["t1", "5"], [1]), new LinkedRow(2, ["=t2", "6"], [])], [new KeyCounts(2, 1, 3), new KeyCounts(2, 0, 3)]),
            "ref,amount,break,matched_by,row\nt1,5,differs,1,1\n'=t2,6,only-here,,2\n", "differences", 2),
        ["a number"] = (new JobResult.Cardinality(5_000_000_000), "count\n5000000000\n", "cardinality", 5_000_000_000),
        ["changes"] = (
            new JobResult.Changes(["id"], 3, [new Match(2, ["b"])], [new Match(1, ["a"]), new Match(7, ["=c"])], 1, 40),
            "id,change,row\nb,entered,2\na,left,1\n'=c,left,7\n", "changes", 3),
        ["holders"] = (
            new JobResult.Holders(["id"], [PartyId.Parse("a-bank"), PartyId.Parse("b-bank")], [new HeldRow(new Match(1, ["x"]), [PartyId.Parse("b-bank")]), new HeldRow(new Match(2, ["y"]), [])]),
            "id,held_by,row\nx,b-bank,1\ny,,2\n", "holders", 1),
        ["a join"] = (
            new JobResult.Join([["id"]], PartyId.Parse("bank"), ["class", "since"], [new JoinedRow(new LinkedRow(3, ["7"], [1]), ["fraud, twice", null])]),
            "id,bank.class,bank.since,matched_by,row\n7,\"fraud, twice\",,1,3\n", "join", 1),
        ["a retrieval"] = (
            new JobResult.Join([["id"]], PartyId.Parse("bank"), ["class"], [new JoinedRow(new LinkedRow(3, ["7"], [1]), ["fraud"])]), "id,bank.class,matched_by,row\n7,fraud,1,3\n", "retrieval", 1),
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_of_result_has_a_table_a_document_and_bytes_that_read_back(string kind)
    {
        var (result, csv, word, count) = Every[kind];
        Assert.Equal(result.Encode(), JobResult.Decode(result.Encode()).Encode());
        var (_, opening) = Commitment.Commit(ShownResult.Domain, result.Encode(), RandomSource.Seeded(1));
        var folder = new ResultFolder(_folder);
        var plan = Plans.Intersection();
        if (word == "retrieval") plan = plan with { Question = new RetrievalQuestion(KeyRule.Default, Plans.Bureau, ["class"], 10, 32, 1000) };
        folder.Release(plan, Run, new SealedResult(opening, result));
        Assert.Equal(csv, File.ReadAllText(Path.Combine(folder.Find(Run)!, "result.csv")));
        var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Find(Run)!, "result.json"))).RootElement;
        Assert.Equal((word, count), (document.GetProperty("kind").GetString(), document.GetProperty("count").GetInt64()));
    }

    [Fact]
    public void Numbers_of_analyses_read_back_to_the_same_doubles_from_both_files()
    {
        double[] numbers = [0.1 + 0.2, -1.5e-300, double.Epsilon, double.MaxValue, -0.0, 1e23, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        var result = new JobResult.Analyses(new AnalysisResult(
            [
                new AnalysisOutcome([new Finding("By \"group\",\nin lines", [.. numbers.Select((number, i) => new Quantity($"=term, {i}", "estimate", number, 44))])], null),
                AnalysisOutcome.Withheld,
            ]));
        Assert.Equal(result.Encode(), JobResult.Decode(result.Encode()).Encode());
        var (_, opening) = Commitment.Commit(ShownResult.Domain, result.Encode(), RandomSource.Seeded(1));
        var folder = new ResultFolder(_folder);
        folder.Release(Plans.Intersection(), Run, new SealedResult(opening, result));

        var rows = PlainCsv.Read(File.ReadAllText(Path.Combine(folder.Find(Run)!, ResultFolder.CsvFile)));
        Assert.Equal(["analysis", "method", "term", "name", "value", "bits", "reason"], rows[0]);
        Assert.All(rows, row => Assert.Equal(7, row.Count));
        Assert.Equal(["2", "", "", "", "", "", AnalysisOutcome.Withheld.Reason!], rows[^1]);
        Assert.Equal(numbers.Select(Bits), rows.Skip(1).SkipLast(1).Select(row => Bits(double.Parse(row[4], CultureInfo.InvariantCulture))));
        Assert.All(rows.Skip(1).SkipLast(1).Index(), line => Assert.Equal(
            ["1", "By \"group\",\nin lines", $"'=term, {line.Index}", "estimate", "44", ""], line.Item.Where((_, column) => column != 4)));

        var analyses = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Find(Run)!, ResultFolder.JsonFile))).RootElement.GetProperty("analyses");
        Assert.Equal(numbers.Select(Bits), analyses[0].GetProperty("findings")[0].GetProperty("quantities").EnumerateArray()
            .Select(q => Bits(double.Parse(q.GetProperty("value").GetString()!, CultureInfo.InvariantCulture))));
        Assert.Equal(AnalysisOutcome.Withheld.Reason, analyses[1].GetProperty("reason").GetString());

        static long Bits(double number) => BitConverter.DoubleToInt64Bits(number);
    }

    [Fact]
    public void Bytes_of_a_result_cut_short_or_longer_are_none()
    {
        foreach (var (result, _, _, _) in Every.Values)
        {
            var bytes = result.Encode();
            for (var size = 0; size < bytes.Length; size++) Assert.Throws<MalformedException>(() => JobResult.Decode(bytes.AsSpan(0, size)));
            Assert.Throws<MalformedException>(() => JobResult.Decode([.. bytes, 0]));
        }
    }

    private static void Release(ResultFolder folder, string key)
    {
        var result = new JobResult.Intersection(["id"], [new Match(1, [key])]);
        var (_, opening) = Commitment.Commit(ShownResult.Domain, result.Encode(), RandomSource.Seeded(1));
        folder.Release(Plans.Intersection(), Run, new SealedResult(opening, result));
    }
}
