using System.Net;
using System.Net.Sockets;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.CommandLine;

/// <summary>Wrong usage and unusable files, where no node runs: exit code, code, and what the message names.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("job", "frobnicate")]
    [InlineData("job", "validate")]
    [InlineData("demo", "--nonsense")]
    [InlineData("sandbox", "run", "job.yaml")]
    public async Task A_verb_or_option_that_is_not_there_is_wrong_usage(params string[] arguments) =>
        (await CollabProgram.RunAsync(arguments)).Expect(2, "error:", "--help");

    [Fact]
    public async Task An_unknown_field_names_its_line_and_the_nearest_known_field()
    {
        using var folder = new TemporaryFolder();
        var job = folder.Write("job.yaml", """
            kind: intersection
            purpose: follow-up
            parties:
              - name: clinic
                dataset: patients
                key: [id]
              - name: registry
                dataset: events
                key: [id]
            recievers: [registry]
            """);
        (await CollabProgram.RunAsync("job", "validate", job)).Expect(2, "description.invalid", "receivers");
    }

    [Fact]
    public async Task A_bundle_that_is_not_there_is_wrong_usage_and_garbage_does_not_verify()
    {
        using var folder = new TemporaryFolder();
        (await CollabProgram.RunAsync("audit", "verify", folder["missing.evidence"])).Expect(2, "file.unusable");
        var garbage = folder.Write("garbage.evidence", "this was never a bundle");
        var refused = (await CollabProgram.RunAsync("audit", "verify", garbage, "--json")).Expect(5);
        Assert.Equal("header", refused.Json.GetProperty("bundles")[0].GetProperty("findings")[0].GetProperty("part").GetString());
    }

    [Theory]
    [InlineData("id,age\n1,2\n3\n", "data.row-ragged", "row 2")]
    [InlineData("id,age\n1,2\n3,\0\n", "data.nul", "row 2")]
    [InlineData("id,id\n1,2\n", "data.header-duplicate", "header")]
    public async Task A_check_of_a_bad_file_names_row_and_column(string content, string code, string place)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("bad.csv", content);
        var checkedFile = await CollabProgram.RunAsync("dataset", "check", "--csv", file, "--json");
        Assert.Contains(checkedFile.ExitCode, new[] { 1, 2 });
        Assert.Contains(code, checkedFile.Output + checkedFile.Errors, StringComparison.Ordinal);
        Assert.Contains(place, checkedFile.Output + checkedFile.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_folder_without_a_node_is_said_to_be_none()
    {
        using var folder = new TemporaryFolder();
        (await CollabProgram.RunAsync("node", "run", "--home", folder["nowhere"])).Expect(2, "node.no-home");
        (await CollabProgram.RunAsync("job", "list", "--home", folder["nowhere"])).Expect(2, "node.no-home");
    }

    [Fact]
    public async Task A_node_whose_keys_have_a_passphrase_starts_with_it_and_only_with_it_and_only_when_nobody_else_reads_them()
    {
        using var folder = new TemporaryFolder();
        var (right, wrong) = (folder.Write("right", "correct horse battery\n"), folder.Write("wrong", "incorrect\n"));
        var addresses = FreeAddresses();
        foreach (var (party, address) in new[] { "alpha", "beta" }.Zip(addresses))
        {
            (await CollabProgram.RunAsync(
                "node", "init", "--name", party, "--consortium", "pair", "--home", folder[party], "--listen", address, "--passphrase-file", right)).Expect(0);
        }

        (await CollabProgram.RunAsync(
            "consortium", "create", "--name", "pair", folder["alpha", "party.yaml"], folder["beta", "party.yaml"], "--out", folder["pair.yaml"])).Expect(0);
        (await CollabProgram.RunAsync("consortium", "join", folder["pair.yaml"], "--home", folder["alpha"], "--passphrase-file", wrong)).Expect(2, "passphrase");
        (await CollabProgram.RunAsync("consortium", "join", folder["pair.yaml"], "--home", folder["alpha"], "--passphrase-file", right)).Expect(0);
        (await CollabProgram.RunAsync("node", "run", "--home", folder["alpha"], "--passphrase-file", wrong)).Expect(2, "passphrase");
        (await CollabProgram.RunAsync("node", "run", "--home", folder["alpha"])).Expect(2, "passphrase");

        await using (var node = CollabProgram.Start("node", "run", "--home", folder["alpha"], "--passphrase-file", right))
        {
            var status = await Until.HoldsAsync(
                () => CollabProgram.RunAsync("node", "status", "--home", folder["alpha"], "--passphrase-file", right, "--json"),
                answer => answer.ExitCode == 0, TimeSpan.FromSeconds(30), answer => answer.Errors);
            Assert.Equal("alpha", status.Json.GetProperty("party").GetString());
            (await CollabProgram.RunAsync("node", "run", "--home", folder["alpha"], "--passphrase-file", right)).Expect(3, "ledger.in-use");
        }

        File.SetUnixFileMode(folder["alpha", "keys", "log.pem"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        (await CollabProgram.RunAsync("node", "run", "--home", folder["alpha"], "--passphrase-file", right)).Expect(3, "key.exposed");
    }

    private static IReadOnlyList<string> FreeAddresses()
    {
        using TcpListener first = new(IPAddress.Loopback, 0), second = new(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return [first.LocalEndpoint.ToString()!, second.LocalEndpoint.ToString()!];
    }
}
