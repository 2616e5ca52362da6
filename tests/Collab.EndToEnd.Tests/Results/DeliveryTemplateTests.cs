using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>The ready jobs of record release, run as they stand over real nodes: what is released, what is not, and that the evidence is accepted.</summary>
public sealed class DeliveryTemplateTests
{
    [Fact]
    public async Task An_insurer_gets_verdict_amount_and_item_and_nothing_else_of_a_record()
    {
        using var folder = new TemporaryFolder();
        folder.Write("insurer/claims.csv", "encounter_id,claim\nE-1001,c1\nE-1002,c2\nE-1003,c3\nE-1009,c4\n");
        folder.Write(
            "hospital/encounters.csv",
            "encounter_id,subject,diagnosis,stay_days,charge,item_code,note\nE-1001,P-Consents-1,J18,4,1234.56,Item-Covered,CanaryNote\nE-1002,P-Consents-2,Z99,3,800.00,Item-Refused,CanaryNote\nE-1003,P-Silent-3,J20,2,900.00,Item-Silent,CanaryNote\n");
        folder.Write("hospital/consents.csv", Consents("insurer", "claim-adjudication", "P-Consents-1", "P-Consents-2"));
        var (run, result) = await RunAsync(folder, "claim-adjudication", "insurer", "hospital");

        Assert.Equal(["True yes 587.648 Item-Covered", "True no - -", "False - - -", "False - - -"], Lines(result));
        AssertNowhere(folder, "insurer", "Canary", "Item-Refused", "Item-Silent", "P-Consents", "P-Silent", "1234.56");
        Assert.Equal("committed", run.GetProperty("state").GetString());
        var record = Path.Combine(folder["out", "insurer"], "records", "000001.record");
        Assert.True(File.Exists(record));
        Assert.False(File.Exists(Path.Combine(folder["out", "insurer"], "records", "000003.record")));
    }

    [Fact]
    public async Task A_bank_gets_the_statement_lines_of_customers_who_consent_to_it()
    {
        using var folder = new TemporaryFolder();
        folder.Write("asking-bank/requests.csv", "account,month\n6222-1,2026-01\n6222-1,2026-02\n6222-2,2026-01\n");
        folder.Write(
            "issuing-bank/statements.csv",
            "account,month,subject,inflow,outflow,closing_balance,memo\n6222-1,2026-01,S-One,100.00,20.50,1079.50,CanaryMemo\n6222-1,2026-02,S-One,0.00,79.50,1000.00,CanaryMemo\n6222-2,2026-01,S-Two,987654.00,0.00,987654.00,CanaryMemo\n");
        folder.Write("issuing-bank/consents.csv", Consents("asking-bank", "statement-verification", "S-One"));
        var (_, result) = await RunAsync(folder, "statement-verification", "asking-bank", "issuing-bank");
        Assert.Equal(["True - - 100 20.5 1079.5", "True - - 0 79.5 1000", "False - - -"], Lines(result));
        AssertNowhere(folder, "asking-bank", "CanaryMemo", "987654", "S-One", "S-Two");
    }

    [Fact]
    public async Task An_office_gets_yes_or_no_and_no_field()
    {
        using var folder = new TemporaryFolder();
        folder.Write("education-office/applicants.csv", "person_id,child\nN-41,c1\nN-42,c2\nN-43,c3\n");
        folder.Write("housing-department/houses.csv", "person_id,subject,houses,mortgaged,address\nN-41,N-41,2,no,CanaryStreet 1\nN-42,N-42,1,yes,CanaryStreet 2\nN-43,N-43,1,no,CanaryStreet 3\n");
        folder.Write("housing-department/consents.csv", Consents("education-office", "school-place", "N-41", "N-42"));
        var (_, result) = await RunAsync(folder, "eligibility", "education-office", "housing-department");
        Assert.Equal(["True yes - -", "True no - -", "False - - -"], Lines(result));
        AssertNowhere(folder, "education-office", "CanaryStreet");
    }

    [Fact]
    public async Task An_audit_firm_gets_the_balances_of_accounts_whose_company_authorised_it_at_that_date()
    {
        using var folder = new TemporaryFolder();
        folder.Write("audit-firm/accounts.csv", "account\nA-700\nA-701\nA-999\n");
        folder.Write(
            "bank/balances.csv",
            "account,subject,balance_date,currency,balance,pledged\nA-700,Co-Alpha,2025-12-31,CNY,1500000.25,no\nA-700,Co-Alpha,2025-11-30,CNY,7777777.00,no\nA-701,Co-Beta,2025-12-31,CNY,8888888.00,yes\n");
        folder.Write("bank/consents.csv", Consents("audit-firm", "audit-confirmation", "Co-Alpha"));
        var (_, result) = await RunAsync(folder, "audit-confirmation", "audit-firm", "bank");
        Assert.Equal(["True - - CNY 1500000.25 no", "False - - -", "False - - -"], Lines(result));
        AssertNowhere(folder, "audit-firm", "7777777", "8888888", "Co-Alpha", "Co-Beta");
        AssertNowhere(folder, "", "7777777", "8888888");
    }

    [Fact]
    public async Task An_issuer_attests_its_rows_and_the_evidence_of_its_run_is_accepted() => await AttestAsync();

    [Fact]
    public async Task An_issuer_attests_with_the_contract_of_a_chain_before_the_logs()
    {
        await using var chain = await TestChain.StartAsync();
        await AttestAsync("--ledger", "evm", "--chain", chain.Address);
        await AssertNothingOnAsync(chain, "university", "employer", "CanaryNote", "1999-01-02", "Wang Li");
    }

    private static async Task AttestAsync(params string[] ledger)
    {
        using var folder = new TemporaryFolder();
        folder.Write("university/degrees.csv", "name,born,degree,note\nWang Li,1999-01-02,BSc,CanaryNote\nLi Mei,1998-03-04,MSc,CanaryNote\n");
        Directory.CreateDirectory(folder["employer"]);
        folder.Write("attest.yaml", "kind: attest\npurpose: degrees\nparties:\n  - { name: university, dataset: degrees }\nreceivers: [university]\nparameters: { columns: [name, degree], valid: 3650d }\n");
        var run = (await CollabProgram.RunAsync(
            ["sandbox", "run", folder["attest.yaml"], "--party", $"university={folder["university"]}", $"employer={folder["employer"]}", "--out", folder["out"], "--json", .. ledger])).Expect(0).Json;
        var result = run.GetProperty("parties").GetProperty("university").GetProperty("result");
        Assert.Equal(("attested", 2), (result.GetProperty("kind").GetString(), result.GetProperty("count").GetInt32()));
        Assert.All(result.GetProperty("files").EnumerateArray(), file => Assert.True(File.Exists(folder["out", "university", file.GetString()!])));
        await VerifyAsync(folder, run);
        Assert.Empty(Support.Results.FilesWith(folder["out", "evidence"], ["Wang Li", "Li Mei"]));
        Assert.Empty(Support.Results.FilesWith(folder["out", "nodes", "employer"], ["Wang Li", "Li Mei"]));
    }

    [Fact]
    public async Task A_delivery_runs_with_the_contract_of_a_chain_before_the_logs()
    {
        using var folder = new TemporaryFolder();
        folder.Write("education-office/applicants.csv", "person_id,child\nN-CanaryOne,c1\nN-CanaryTwo,c3\n");
        folder.Write("housing-department/houses.csv", "person_id,subject,houses,mortgaged\nN-CanaryOne,N-CanaryOne,2,no\nN-CanaryTwo,N-CanaryTwo,1,no\n");
        folder.Write("housing-department/consents.csv", Consents("education-office", "school-place", "N-CanaryOne"));
        await using var chain = await TestChain.StartAsync();
        var (_, result) = await RunAsync(folder, "eligibility", "education-office", "housing-department", "--ledger", "evm", "--chain", chain.Address);
        Assert.Equal(["True yes - -", "False - - -"], Lines(result));
        await AssertNothingOnAsync(chain, "education-office", "housing-department", "applicants", "school-place", "person_id", "N-CanaryOne", "N-CanaryTwo");
    }

    // Of texts of at least seven bytes: a shorter one might stand there by chance.
    private static async Task AssertNothingOnAsync(TestChain chain, params string[] texts)
    {
        var content = await chain.ReadAsync();
        content.AssertOnlyKnown();
        Assert.True(content.Called["startRun"] == 1 && content.Called["commit"] >= 1);
        content.AssertWithout(texts);
    }

    private static string Consents(string recipient, string purpose, params string[] subjects) =>
        "subject,recipient,purpose,fields,from,until\n" + string.Concat(subjects.Select(subject => $"{subject},{recipient},{purpose},*,2020-01-01,2100-01-01\n"));

    private static async Task<(JsonElement Run, JsonElement Result)> RunAsync(TemporaryFolder folder, string template, string receiver, string issuer, params string[] more)
    {
        var job = Path.Combine(AppContext.BaseDirectory, "templates", $"{template}.yaml");
        var run = (await CollabProgram.RunAsync(
            ["sandbox", "run", job, "--party", $"{receiver}={folder[receiver]}", $"{issuer}={folder[issuer]}", "--out", folder["out"], "--json", .. more])).Expect(0);
        Assert.Equal("committed", run.Json.GetProperty("state").GetString());
        var parties = run.Json.GetProperty("parties");
        Assert.False(parties.GetProperty(issuer).TryGetProperty("result", out _));
        await VerifyAsync(folder, run.Json);
        Assert.Empty(Support.Results.FilesWith(folder["out", "evidence"], [.. File.ReadLines(Directory.GetFiles(folder[receiver], "*.csv").Single()).Skip(1).Select(line => line.Split(',')[0])]));
        return (run.Json, parties.GetProperty(receiver).GetProperty("result"));
    }

    private static async Task VerifyAsync(TemporaryFolder folder, JsonElement run) =>
        (await CollabProgram.RunAsync("audit", "verify", folder["out", run.GetProperty("evidence").GetString()!], "--trust", folder["out", "nodes", "consortium.yaml"])).Expect(0, "verified");

    private static List<string> Lines(JsonElement result)
    {
        var (released, verdicts, amounts, joined) = (List(result, "released"), List(result, "verdicts"), List(result, "amounts"), List(result, "joined"));
        return [.. released.Select((r, i) => string.Join(' ', [r.GetBoolean().ToString(), verdicts[i].GetString() ?? "-", amounts[i].GetString() ?? "-", .. Values(joined[i])]))];

        static List<JsonElement> List(JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray()];

        static IEnumerable<string> Values(JsonElement values) => values.GetArrayLength() == 0 ? ["-"] : values.EnumerateArray().Select(value => value.GetString()!);
    }

    // Neither in what a node stores or logs, nor in the results and the evidence; of one party, in its node's home and its results.
    private static void AssertNowhere(TemporaryFolder folder, string party, params string[] texts)
    {
        string[] places = party.Length == 0 ? [folder["out", "evidence"]] : [folder["out", "nodes", party], folder["out", party]];
        foreach (var place in places.Where(Directory.Exists)) Assert.Empty(Support.Results.FilesWith(place, texts));
    }
}
