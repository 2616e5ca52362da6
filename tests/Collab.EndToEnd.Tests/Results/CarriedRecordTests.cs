using System.Text.Json;
using Collab.EndToEnd.Tests.Support;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>A record attested at one node, carried as a file, shown in part and verified at another node and at none, by the command line alone.</summary>
public sealed class CarriedRecordTests
{
    [Fact]
    public async Task A_degree_is_carried_shown_in_part_verified_and_revoked()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false);
        var (issuer, receiver) = (study.Local.HomeOf(Registry), study.Local.HomeOf(Clinic));
        await study.RegisterAsync(Registry, "degrees", "person,name,degree,year,grade\nP-1,CanaryZhou,physics,2019,1.7\nP-2,CanaryLi,law,2020,2.0\n");
        var folder = Path.GetDirectoryName(study.Write("files/none", ""))!;
        var expires = DateTimeOffset.UtcNow.AddYears(1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var issued = await JsonAsync(
            0, "record", "issue", "--dataset", "degrees", "--subject", "person", "--fields", "name,degree,year,grade", "--expires", expires, "--out", folder, "--home", issuer.Folder);
        var held = issued.GetProperty("records")[1].GetProperty("file").GetString()!;
        Assert.Equal("P-2", issued.GetProperty("records")[1].GetProperty("subject").GetString());

        // The holder shows two of four fields.
        var shown = Path.Combine(folder, "shown.record");
        var presented = await JsonAsync(0, "record", "present", held, "--fields", "degree,grade", "--out", shown);
        Assert.Equal(4, presented.GetProperty("record").GetProperty("fields").GetInt32());
        Assert.DoesNotContain(shown, Support.Results.FilesWith(folder, "CanaryLi"));
        Assert.Contains("2 of 4 fields are hidden", (await CollabProgram.RunAsync("record", "show", shown)).Expect(0).Output, StringComparison.Ordinal);
        (await CollabProgram.RunAsync("record", "present", shown, "--fields", "name", "--out", shown)).Expect(2, "record.field-hidden");

        // Without a node, by the consortium's keys.
        var trust = study.Local.TrustFile;
        var offline = await JsonAsync(0, "record", "verify", shown, "--trust", trust, "--issuer", "registry");
        Assert.Equal("valid", offline.GetProperty("verdict").GetString());
        Assert.Equal("not-issued-by", (await JsonAsync(5, "record", "verify", shown, "--trust", trust, "--issuer", "clinic")).GetProperty("verdict").GetString());
        var altered = await File.ReadAllBytesAsync(shown, TestContext.Current.CancellationToken);
        altered[altered.AsSpan().IndexOf("law"u8)] ^= 1;
        var alteredFile = Path.Combine(folder, "altered.record");
        await File.WriteAllBytesAsync(alteredFile, altered, TestContext.Current.CancellationToken);
        var refused = await JsonAsync(5, "record", "verify", alteredFile, "--trust", trust);
        Assert.Equal(("altered", "field/1"), (refused.GetProperty("verdict").GetString(), refused.GetProperty("part").GetString()));

        // At a receiver's node: the receiver sees the two fields; nobody's node keeps what they say.
        var verified = await JsonAsync(0, "record", "verify", shown, "--home", receiver.Folder);
        Assert.Equal("valid", verified.GetProperty("verdict").GetString());
        Assert.Equal(
            [("degree", "law"), ("grade", "2.0")],
            verified.GetProperty("record").GetProperty("shown").EnumerateArray().Select(f => (f.GetProperty("name").GetString(), f.GetProperty("value").GetString())));
        Assert.Equal(64, verified.GetProperty("check").GetProperty("commitment").GetString()!.Length);

        // Revoked at the issuer, seen by all.
        (await CollabProgram.RunAsync("record", "revoke", held, "--reason", "record.mistaken", "--home", receiver.Folder)).Expect(2, "record.not-ours");
        await JsonAsync(0, "record", "revoke", held, "--reason", "record.mistaken", "--home", issuer.Folder);
        var states = (await JsonAsync(0, "record", "list", "--home", issuer.Folder)).GetProperty("records").EnumerateArray().Select(r => r.GetProperty("state").GetString());
        Assert.Equal(["valid", "revoked"], states);
        await Until.HoldsAsync(
            async () => (await CollabProgram.RunAsync("record", "verify", shown, "--unnoted", "--home", receiver.Folder, "--json")).Output,
            output => output.Contains("\"revoked\"", StringComparison.Ordinal), TimeSpan.FromSeconds(60), output => output);
        var newer = Path.Combine(folder, "newer.record");
        await JsonAsync(0, "record", "renew", shown, "--out", newer, "--home", receiver.Folder);
        Assert.Equal("revoked", (await JsonAsync(5, "record", "verify", newer, "--trust", trust)).GetProperty("verdict").GetString());
        Assert.Empty(Support.Results.FilesWith(receiver.StoreFolder, "CanaryLi", "CanaryZhou"));
        await AuditAsync(study, folder);
    }

    [Fact]
    public async Task So_it_is_with_a_contract_before_the_logs_and_nothing_of_a_record_stands_on_the_chain()
    {
        await using var chain = await TestChain.StartAsync();
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false, chain: chain);
        var (issuer, receiver) = (study.Local.HomeOf(Registry), study.Local.HomeOf(Clinic));
        await study.RegisterAsync(Registry, "canary-degrees", "person,name,degree\nCanaryPerson,CanaryZhou,CanaryPhysics\n");
        var folder = Path.GetDirectoryName(study.Write("files/none", ""))!;
        var expires = DateTimeOffset.UtcNow.AddYears(1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var issued = await JsonAsync(
            0, "record", "issue", "--dataset", "canary-degrees", "--subject", "person", "--fields", "name,degree", "--expires", expires, "--out", folder, "--home", issuer.Folder);
        var held = issued.GetProperty("records")[0].GetProperty("file").GetString()!;
        await Until.HoldsAsync(
            async () => (await CollabProgram.RunAsync("record", "verify", held, "--home", receiver.Folder, "--json")).Output,
            output => output.Contains("\"valid\"", StringComparison.Ordinal), TimeSpan.FromSeconds(60), output => output);
        await JsonAsync(0, "record", "revoke", held, "--reason", "record.mistaken", "--home", issuer.Folder);
        await Until.HoldsAsync(
            async () => (await CollabProgram.RunAsync("record", "verify", held, "--home", receiver.Folder, "--json")).Output,
            output => output.Contains("\"revoked\"", StringComparison.Ordinal), TimeSpan.FromSeconds(60), output => output);
        await AuditAsync(study, folder);

        var content = await chain.ReadAsync();
        content.AssertOnlyKnown();
        content.AssertWithout("registry", "observer", "canary-degrees", "CanaryPerson", "CanaryZhou", "CanaryPhysics", "record.mistaken");
    }

    // The logs of all members, with the attestation, the checks and the revocation, as the observer has them.
    private static async Task AuditAsync(StudyConsortium study, string folder)
    {
        var archive = Path.Combine(folder, "logs.archive");
        await JsonAsync(0, "audit", "export", "--logs", "--out", archive, "--home", study.Local.HomeOf(Observer).Folder);
        (await CollabProgram.RunAsync("audit", "verify", archive, "--trust", study.Local.TrustFile)).Expect(0, "verified");
        var told = (await CollabProgram.RunAsync("audit", "trace", "--in", archive)).Expect(0).Output;
        foreach (var word in new[] { "attest", "revoke", "check" }) Assert.Contains(word, told, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<JsonElement> JsonAsync(int exitCode, params string[] arguments) =>
        JsonSerializer.Deserialize<JsonElement>((await CollabProgram.RunAsync([.. arguments, "--json"])).Expect(exitCode).Output);
}
