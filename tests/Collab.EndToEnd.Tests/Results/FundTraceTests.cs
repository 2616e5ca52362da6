using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>The ready job that follows the money of loans, run as it stands over four real nodes.</summary>
public sealed class FundTraceTests
{
    private const string Head = "reference,account,bank,direction,amount,day,traced,holder,industry,watched\n";

    [Fact]
    public async Task The_lender_gets_the_way_with_its_alerts_and_the_banks_on_it_only_how_often_they_were_asked() => await RunAsync();

    [Fact]
    public async Task So_it_is_with_a_contract_on_a_chain()
    {
        await using var chain = await TestChain.StartAsync();
        await RunAsync("--ledger", "evm", "--chain", chain.Address);
        var content = await chain.ReadAsync();
        content.AssertOnlyKnown();
        Assert.Equal((1, 4), (content.Called["startRun"], content.Called["commit"]));
        content.AssertWithout("east-bank", "north-bank", "transfers", "east-loan-1", "Canary Borrower", "CanaryEstate Ltd");
    }

    private static async Task RunAsync(params string[] ledger)
    {
        using var folder = new TemporaryFolder();
        folder.Write("east-bank/transfers.csv", Head
            + "CN-L1,east-loan-1,north-bank,out,500000.00,2026-03-02,500000.00,Canary Borrower,C33,yes\n"
            + "CN-X1,east-7,west-bank,in,90000.00,2026-03-20,0,Canary Borrower,C33,yes\n");
        folder.Write("north-bank/transfers.csv", Head
            + "CN-L1,north-1,east-bank,in,500000.00,2026-03-02,0,Supplier,C30,yes\n"
            + "CN-T1,north-1,south-bank,out,300000.00,2026-03-05,0,Supplier,C30,yes\n"
            + "CN-T2,north-1,west-bank,out,150000.00,2026-03-06,0,Supplier,C30,yes\n"
            + "CN-T9,north-1,abroad,out,40000.00,2026-03-07,0,Supplier,C30,yes\n"
            + "CN-S1,north-1,south-bank,out,900.55,2026-03-08,0,Supplier,C30,yes\n");
        folder.Write("south-bank/transfers.csv", Head
            + "CN-T1,south-1,north-bank,in,300000.00,2026-03-05,0,CanaryEstate Ltd,K70,yes\n"
            + "CN-S1,south-1,north-bank,in,900.55,2026-03-08,0,CanaryEstate Ltd,K70,yes\n");
        folder.Write("west-bank/transfers.csv", Head
            + "CN-T2,west-1,north-bank,in,150000.00,2026-03-06,0,Carrier,H49,yes\n"
            + "CN-X1,west-1,east-bank,out,90000.00,2026-03-20,0,Carrier,H49,yes\n");
        string[] banks = ["east-bank", "north-bank", "south-bank", "west-bank"];
        var run = (await CollabProgram.RunAsync(
            ["sandbox", "run", Path.Combine(AppContext.BaseDirectory, "templates", "fund-trace.yaml"), "--party", .. banks.Select(bank => $"{bank}={folder[bank]}"), "--out", folder["out"], "--json", .. ledger])).Expect(0);
        Assert.Equal("committed", run.Json.GetProperty("state").GetString());
        (await CollabProgram.RunAsync("audit", "verify", folder["out", run.Json.GetProperty("evidence").GetString()!], "--trust", folder["out", "nodes", "consortium.yaml"])).Expect(0);
        var traces = banks.ToDictionary(bank => bank, bank => run.Json.GetProperty("parties").GetProperty(bank).GetProperty("result").GetProperty("trace"));

        var loan = Assert.Single(traces["east-bank"].GetProperty("loans").EnumerateArray().ToList());
        Assert.Equal(
            [
                "east-bank north-bank CN-L1 500000.00 followed 9099.45 []", "north-bank south-bank CN-T1 300000.00 followed 300000.00 [industry]",
                "north-bank west-bank CN-T2 150000.00 followed 60000.00 []", "west-bank east-bank CN-X1 90000.00 followed 90000.00 [same-name]", "north-bank  CN-T9 40000.00 outside 0.00 []",
            ],
            loan.GetProperty("hops").EnumerateArray().Select(hop =>
                $"{Text(hop, "from")} {Text(hop, "to")} {Text(hop, "reference")} {Text(hop, "traced")} {Text(hop, "end")} {Text(hop, "left")} [{string.Join(' ', hop.GetProperty("alerts").EnumerateArray().Select(alert => alert.GetString()))}]"));
        Assert.Equal((6, 5), (loan.GetProperty("nodes").GetArrayLength(), loan.GetProperty("edges").GetArrayLength()));
        Assert.Equal([1, 1, 1, 1], banks.Select(bank => traces[bank].GetProperty("asked").GetInt32()));
        Assert.All(banks.Skip(1), bank => Assert.Equal(0, traces[bank].GetProperty("loans").GetArrayLength()));

        Assert.Equal(1 + 5, File.ReadAllLines(folder["out", "east-bank", "result.csv"]).Length);
        Assert.Single(File.ReadAllLines(folder["out", "west-bank", "result.csv"]));

        // What was told of south-bank's customer is nowhere but at the lender; of the borrower's name nowhere at all.
        foreach (var bank in banks.Skip(1)) Assert.DoesNotContain("CanaryEstate", traces[bank].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("CanaryEstate", traces["east-bank"].GetRawText(), StringComparison.Ordinal);
        foreach (var bank in banks.Skip(1)) Assert.DoesNotContain("Canary Borrower", traces[bank].GetRawText(), StringComparison.Ordinal);
    }

    private static string Text(JsonElement hop, string name) => hop.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
