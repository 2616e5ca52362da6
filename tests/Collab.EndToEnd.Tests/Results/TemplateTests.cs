using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>The ready jobs of protocols/templates, run as they stand over real nodes: what each party is told, and what it must not hold.</summary>
public sealed class TemplateTests
{
    [Fact]
    public async Task A_risk_list_tells_the_lending_bank_its_hits_and_nothing_of_the_rest_to_anybody()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lending/applicants.csv", "id,name,born,amount\nA-1,Hit-By-Id,1990-01-01,CanaryAmount1\nA-2,Clean-Person,1991-01-01,CanaryAmount2\n,Hit By Name,1992-01-01,CanaryAmount3\nA-1,Hit-By-Id,1990-01-01,CanaryAmount4\n");
        folder.Write("list/risk-list.csv", "id,name,born,class,note\nA-1,Listed-Other-Name,1970-01-01,Class-Fraud,CanaryNote1\nZ-9,Hit By Name,1992-01-01,Class-Late,CanaryNote2\nZ-8,Listed-Nobody,1980-01-01,Class-Unseen,CanaryNote3\n");
        var run = await RunAsync(folder, "risk-list", ("lending-bank", "lending"), ("list-bank", "list"));

        var result = run.GetProperty("parties").GetProperty("lending-bank").GetProperty("result");
        Assert.Equal([1, 3, 4], Numbers(result.GetProperty("rows")));
        Assert.Equal(["1", "2", "1"], Lists(result.GetProperty("by")));
        Assert.Equal(["Class-Fraud", "Class-Late", "Class-Fraud"], result.GetProperty("joined").EnumerateArray().Select(values => values[0].GetString()));
        Assert.False(run.GetProperty("parties").GetProperty("list-bank").TryGetProperty("result", out _));

        AssertNowhere(folder, "", "Class-Unseen", "CanaryAmount", "CanaryNote", "Clean-Person", "clean-person", "Listed-Nobody", "listed-nobody", "listed-other-name");
        AssertNowhere(folder, "list-bank", "hit-by-id", "Hit-By-Id", "hit by name");
    }

    [Fact]
    public async Task A_reconciliation_gives_the_same_breaks_to_both_and_shows_no_foreign_row()
    {
        using var folder = new TemporaryFolder();
        string[] equal = [.. Enumerable.Range(0, 50).Select(i => $"EqualRef{i:D2},{100 + i},ok")];
        folder.Write("east/day.csv", string.Join('\n', [
            "txn_ref,amount_minor,status,memo", .. equal.Select(row => $"{row},CanaryMemoEast"), "BreakAmount,500000000017,ok,m", "BreakStatus,6000,ok,m", "OnlyEast1,700000000023,ok,m\n"]));
        folder.Write("west/day.csv", string.Join('\n', [
            "txn_ref,amount_minor,status,memo", "BreakStatus,6000,Overdue-Status,m", "OnlyWest1,800000000019,ok,m", .. equal.Reverse().Select(row => $"{row},CanaryMemoWest"), "BreakAmount,500000000018,ok,m", "OnlyWest2,900000000021,ok,m\n"]));
        var run = await RunAsync(folder, "reconciliation", ("east-bank", "east"), ("west-bank", "west"));

        var (east, west) = (ResultOf(run, "east-bank"), ResultOf(run, "west-bank"));
        Assert.Equal(["breakamount differs by 1 3", "breakstatus differs by 1 2", "onlyeast1 only-here by "], BreaksOf(east));
        Assert.Equal(["breakamount differs by 1 3", "breakstatus differs by 1 2", "onlywest1 only-here by ", "onlywest2 only-here by "], BreaksOf(west));
        var counts = east.GetProperty("keyCounts")[0];
        Assert.Equal((53, 52, 54), (counts.GetProperty("here").GetInt32(), counts.GetProperty("matched").GetInt32(), counts.GetProperty("there").GetInt32()));

        AssertNowhere(folder, "", "CanaryMemo", "EqualRef", "equalref");
        AssertNowhere(folder, "east-bank", "onlywest", "OnlyWest", "500000000018", "800000000019", "900000000021", "overdue-status", "Overdue-Status");
        AssertNowhere(folder, "west-bank", "onlyeast", "OnlyEast", "700000000023", "500000000017");
    }

    [Fact]
    public async Task A_double_pledge_is_found_on_both_sides_and_a_free_asset_stays_unknown()
    {
        using var folder = new TemporaryFolder();
        folder.Write("asking/offered.csv", "invoice_code,invoice_number\n044001,Inv-Free-77\n044001,Inv-Taken-12\n");
        folder.Write("register/pledges.csv", "invoice_code,invoice_number,holder\n044001,Inv-Taken-12,CanaryHolder\n044001,Inv-Other-13,CanaryHolder\n044002,Inv-Free-77,CanaryHolder\n");
        var run = await RunAsync(folder, "double-pledge", ("asking-bank", "asking"), ("register", "register"));

        Assert.Equal([2], Numbers(ResultOf(run, "asking-bank").GetProperty("rows")));
        Assert.Equal([1], Numbers(ResultOf(run, "register").GetProperty("rows")));
        AssertNowhere(folder, "", "CanaryHolder", "Inv-Free-77", "inv-free-77", "Inv-Other-13", "inv-other-13");
    }

    [Fact]
    public async Task Multiple_lending_tells_which_applicants_borrow_at_enough_banks_and_not_at_which()
    {
        using var folder = new TemporaryFolder();
        folder.Write("asking/applicants.csv", "id,name\nA-Three,CanaryName\nA-Two,CanaryName\nA-One,CanaryName\nA-None,CanaryName\nA-Other-Two,CanaryName\n");
        folder.Write("first/borrowers.csv", "id,amount\nA-Three,CanaryAmount\nA-Two,CanaryAmount\nB-Only-First,CanaryAmount\n");
        folder.Write("second/borrowers.csv", "id,amount\nA-Three,CanaryAmount\nA-Two,CanaryAmount\nA-One,CanaryAmount\nA-Other-Two,CanaryAmount\nB-Of-Two,CanaryAmount\n");
        folder.Write("third/borrowers.csv", "id,amount\nA-Three,CanaryAmount\nA-Other-Two,CanaryAmount\nB-Of-Two,CanaryAmount\n");
        var run = await RunAsync(
            folder, "multi-lending", ("asking-bank", "asking"), ("first-bank", "first"), ("second-bank", "second"), ("third-bank", "third"));

        Assert.Equal([1, 2, 5], Numbers(ResultOf(run, "asking-bank").GetProperty("rows")));
        AssertNowhere(folder, "", "Canary", "A-One", "a-one", "A-None", "a-none", "B-Only", "b-only", "B-Of-Two", "b-of-two");
        foreach (var bank in new[] { "first-bank", "second-bank", "third-bank" })
        {
            Assert.False(run.GetProperty("parties").GetProperty(bank).TryGetProperty("result", out _));
            AssertNowhere(folder, bank, "A-Three", "a-three", "A-Two", "a-two", "A-Other", "a-other");
        }
    }

    [Fact]
    public async Task A_duplicate_invoice_is_found_at_its_holder_and_the_record_is_nowhere_at_the_banks()
    {
        using var folder = new TemporaryFolder();
        folder.Write("factor/asked.csv", "invoice_code,invoice_number\n044001,Inv-Asked-12\n");
        folder.Write("east/financed.csv", "invoice_code,invoice_number,debtor\n044001,Inv-East-1,CanaryDebtor\n044002,Inv-Asked-12,CanaryDebtor\n");
        folder.Write("west/financed.csv", "invoice_code,invoice_number,debtor\n044001,Inv-Asked-12,CanaryDebtor\n044001,Inv-West-2,CanaryDebtor\n");
        var run = await RunAsync(folder, "duplicate-invoice", ("factor", "factor"), ("east-bank", "east"), ("west-bank", "west"));

        var result = ResultOf(run, "factor");
        Assert.Equal(("holders", 1), (result.GetProperty("kind").GetString(), result.GetProperty("count").GetInt32()));
        Assert.Equal(["west-bank"], result.GetProperty("heldBy")[0].EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("invoice_code,invoice_number,held_by,row\n044001,inv-asked-12,west-bank,1\n", await File.ReadAllTextAsync(Path.Combine(folder["out", "factor"], "result.csv"), TestContext.Current.CancellationToken));
        foreach (var bank in new[] { "east-bank", "west-bank" })
        {
            Assert.False(run.GetProperty("parties").GetProperty(bank).TryGetProperty("result", out _));
            AssertNowhere(folder, bank, "Inv-Asked-12", "inv-asked-12");
        }

        AssertNowhere(folder, "", "CanaryDebtor", "Inv-East", "inv-east", "Inv-West", "inv-west");
    }

    [Fact]
    public async Task A_credit_report_tells_the_bank_its_firms_and_the_bureau_no_firm()
    {
        using var folder = new TemporaryFolder();
        folder.Write("bank/firms.csv", "firm_id,limit\nF-Unknown-1,CanaryLimit\nF-Asked-2,CanaryLimit\n");
        folder.Write("bureau/reports.csv", "firm_id,score,band,note\nF-Other-3,55,Band-Unseen,CanaryNote\nF-Asked-2,71,Band-A,CanaryNote\n");
        var run = await RunAsync(folder, "credit-report", ("bank", "bank"), ("bureau", "bureau"));

        var result = ResultOf(run, "bank");
        Assert.Equal([2], Numbers(result.GetProperty("rows")));
        Assert.Equal(["71", "Band-A"], result.GetProperty("joined")[0].EnumerateArray().Select(value => value.GetString()));
        Assert.False(run.GetProperty("parties").GetProperty("bureau").TryGetProperty("result", out _));
        AssertNowhere(folder, "", "Canary", "Band-Unseen", "F-Other", "f-other", "F-Unknown", "f-unknown");
        AssertNowhere(folder, "bureau", "F-Asked", "f-asked");
    }

    private static async Task<JsonElement> RunAsync(TemporaryFolder folder, string template, params (string Party, string Folder)[] parties)
    {
        var job = Path.Combine(AppContext.BaseDirectory, "templates", $"{template}.yaml");
        var run = (await CollabProgram.RunAsync(
            ["sandbox", "run", job, "--party", .. parties.Select(p => $"{p.Party}={folder[p.Folder]}"), "--out", folder["out"], "--json"])).Expect(0);
        Assert.Equal("committed", run.Json.GetProperty("state").GetString());
        return run.Json;
    }

    // Neither in what a node stores or logs, nor in the results and the evidence; of one party, in its node's home and its results.
    // Texts have five letters or more: what is encrypted holds one of three by chance once in some hundred runs.
    private static void AssertNowhere(TemporaryFolder folder, string party, params string[] texts)
    {
        string[] places = party.Length == 0 ? [folder["out"]] : [folder["out", "nodes", party], folder["out", party]];
        foreach (var place in places.Where(Directory.Exists)) Assert.Empty(Support.Results.FilesWith(place, texts));
    }

    private static JsonElement ResultOf(JsonElement run, string party) => run.GetProperty("parties").GetProperty(party).GetProperty("result");

    private static IEnumerable<string> BreaksOf(JsonElement result) => result.GetProperty("keys").EnumerateArray().Select(key => key[0].GetString())
        .Zip(result.GetProperty("breaks").EnumerateArray(), Lists(result.GetProperty("by"))).Select(row => $"{row.First} {row.Second.GetString()} by {row.Third}").Order(StringComparer.Ordinal);

    private static IEnumerable<int> Numbers(JsonElement list) => list.EnumerateArray().Select(n => n.GetInt32());

    private static IEnumerable<string> Lists(JsonElement lists) => lists.EnumerateArray().Select(list => string.Join(' ', Numbers(list)));
}
