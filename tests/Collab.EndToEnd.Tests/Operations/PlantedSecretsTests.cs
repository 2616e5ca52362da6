using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Collab.Cli.Commands;
using Collab.EndToEnd.Tests.Support;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Node.Storage;
using Collab.Primitives;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Collab.EndToEnd.Tests.Operations;

/// <summary>
/// Ten thousand secrets are put where people put them: in cells, in bad files, in conditions, in descriptions that are wrong, in connection strings and
/// in passphrases; the nodes' real keys are secrets, too. Jobs succeed and fail in many ways. Then everything that leaves or may be read is searched: none is found outside the data store.
/// </summary>
/// <remarks>The data store is what holds data by its purpose: the owners' own files, the released result at its receiver, and the node's encrypted store (which is searched, too).</remarks>
public sealed class PlantedSecretsTests(ITestOutputHelper output)
{
    private const int Planted = 10_000;
    private static readonly string[] Parties = ["clinic", "observer", "registry"];

    [Fact]
    public void A_leak_is_found_in_each_of_its_forms_and_nothing_where_nothing_is()
    {
        var secrets = Secrets(Planted);
        var search = new SecretSearch(secrets);
        var key = RandomNumberGenerator.GetBytes(32);
        search.Add("a key", key);
        output.WriteLine($"{search.Forms} forms of {secrets.Count} secrets");
        var noise = RandomNumberGenerator.GetBytes(4 << 20);
        Assert.Empty(search.In(noise));
        foreach (var form in SecretSearch.FormsOf(key)) Assert.Equal(["a key"], search.In([.. noise.AsSpan(0, 777), .. form, 1, 2, 3]));
        foreach (var secret in new[] { secrets[0], secrets[4321], secrets[^1] })
        {
            foreach (var form in SecretSearch.FormsOf(secret))
            {
                byte[] leaking = [.. noise.AsSpan(0, 12_345), .. form, .. noise.AsSpan(0, 54_321)];
                Assert.Equal([secret], search.In(leaking));
                Assert.Empty(search.In(leaking.AsSpan(0, 12_345 + form.Length - 1)));
            }

            var padded = Encoding.UTF8.GetBytes($"a{secret}b"); // as it stands in base64 of a longer text
            Assert.Equal([secret], search.In(Encoding.ASCII.GetBytes(Convert.ToBase64String(padded))));
        }
    }

    [Fact]
    public async Task Ten_thousand_secrets_are_found_nowhere_outside_the_data_store()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var collector = await OtlpCollector.StartAsync();
        var secrets = Secrets(Planted);
        var next = 0;
        string Take() => secrets[next++];

        // Passphrases and keys.
        var homes = Parties.ToDictionary(party => party, party => new NodeHome(folder["nodes", party]));
        var passphrases = Parties.ToDictionary(party => party, party => folder.Write($"secret/{party}", Take()));
        var backup = folder.Write("secret/backup", Take());
        Found(homes, passphrases, collector.Address);

        // Connection strings, to nobody and, where there is one, to a real server that refuses them.
        var server = Environment.GetEnvironmentVariable("COLLAB_TEST_POSTGRES") is { } real ? real[..real.IndexOf("Username", StringComparison.Ordinal)] : "Host=127.0.0.1;Port=1;Database=postgres;";
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_EnableDiagnostics"] = "0", // a runtime's debugger pipe among the temporary files cannot be read to its end
            ["TMPDIR"] = Directory.CreateDirectory(folder["tmp"]).FullName,
            ["PLANTED_A"] = $"{server}Username={Take()};Password={Take()};Timeout=3",
            ["PLANTED_B"] = $"Host={Take()};Password={Take()}",
            ["PLANTED_C"] = $"{Take()} is no connection string",
        };

        var programs = new List<CollabProgram>();
        var arguments = new List<byte[]>();
        var said = new StringBuilder();
        try
        {
            CollabProgram StartNode(string party)
            {
                // A node that crashes may write all of its memory: so it is started where that would be found.
                var node = CollabProgram.StartWith(
                    ["/bin/bash", "-c", "ulimit -c $(ulimit -H -c) && exec \"$@\"", "node"], Directory.CreateDirectory(folder["crashes", party]).FullName,
                    ["node", "run", "--home", homes[party].Folder, "--passphrase-file", passphrases[party], "--exit-with-parent"], environment);
                programs.Add(node);
                return node;
            }

            async Task<Finished> Do(string party, params string[] verb)
            {
                string[] node = verb is ["dataset", "check", ..] or ["job", "validate", ..] ? [] : ["--home", homes[party].Folder, "--passphrase-file", passphrases[party]];
                await using var program = CollabProgram.Start([.. verb, .. node], environment);
                arguments.Add(await ArgumentsOfAsync(program.Id));
                var finished = await program.EndAsync();
                said.AppendLine(finished.Output).AppendLine(finished.Errors);
                return finished;
            }

            var nodes = Parties.ToDictionary(party => party, StartNode);
            foreach (var (party, node) in nodes)
            {
                await Until.TrueAsync(() => node.OutputSoFar.Contains(NodeCommands.ReadyLine, StringComparison.Ordinal), TimeSpan.FromSeconds(90), $"{party} listens: {node.ErrorsSoFar}");
                arguments.Add(await ArgumentsOfAsync(node.Id));
            }

            // Cells: four thousand keys a side, half of them shared, and texts beside them.
            var shared = Enumerable.Range(0, 2000).Select(_ => Take()).ToList();
            var clinic = folder.Write("data/clinic/patients.csv", Csv([.. shared, .. Enumerable.Range(0, 2000).Select(_ => Take())], Take));
            var registry = folder.Write("data/registry/events.csv", Csv([.. shared, .. Enumerable.Range(0, 1500).Select(_ => Take())], Take, every: 3));
            (await Do("clinic", "dataset", "add", "patients", "--csv", clinic)).Expect(0);
            (await Do("registry", "dataset", "add", "events", "--csv", registry)).Expect(0);

            // Bad files: ragged, unclosed, no numbers where numbers are declared, a zero byte, two headers of one name.
            string[] bad =
            [
                $"id,age\n{Take()},1,{Take()}\n", $"id,age\n\"{Take()},1\n{Take()}", $"id,age\n{Take()},\0{Take()}\n", $"id,id\n{Take()},{Take()}\n", $"{Take()}", $"id,age\n{Take()},{Take()}\n{Take()},2\n",
            ];
            for (var i = 0; i < bad.Length; i++)
            {
                var file = folder.Write($"data/clinic/bad-{i}.csv", bad[i]);
                await Do("clinic", "dataset", "check", "--csv", file, "--column", "id:text", "--column", "age:integer", "--key", "id", "--key", "age");
                await Do("clinic", "dataset", "add", $"bad-{i}", "--csv", file, "--column", "id:text", "--column", "age:integer");
            }

            foreach (var variable in new[] { "PLANTED_A", "PLANTED_B", "PLANTED_C" })
            {
                await Do("clinic", "dataset", "check", "--postgres", variable, "--table", "patients");
                await Do("clinic", "dataset", "add", "remote", "--postgres", variable, "--query", "SELECT id FROM patients");
            }

            // Descriptions that are wrong in many ways.
            string[] wrong =
            [
                $"kind: {Take()}\n", $"kind: intersection\npurpose: {Take()} {Take()}\n", Intersection("one", $"where: \"id = '{Take()}' and and\""), Intersection("two", $"where: \"nothing = '{Take()}'\""),
                Intersection("three", $"note: {Take()}"), $"{Take()}: [", Intersection("four", "rows: " + Take()), Intersection(Take(), "rows: 10"),
            ];
            for (var i = 0; i < wrong.Length; i++)
            {
                var file = folder.Write($"jobs/wrong-{i}.yaml", wrong[i]);
                await Do("registry", "job", "validate", file);
                await Do("registry", "job", "explain", file, "--json");
                await Do("registry", "job", "submit", file, "--json");
            }

            // A job that succeeds, one that is refused, one whose file has changed, one whose peer is killed, one with a condition.
            var committed = await RunAsync(Intersection("follow-up"));
            Assert.Equal("committed", (await EndAsync(committed)).State);
            var evidence = folder["evidence"];
            (await Do("registry", "audit", "export", committed, "--out", evidence)).Expect(0);
            var released = File.ReadAllText(Directory.GetFiles(homes["registry"].ResultsFolder, "result.csv", SearchOption.AllDirectories).Single());
            Assert.Equal(2000, new SecretSearch(shared).In(Encoding.UTF8.GetBytes(released)).Count); // the receiver does learn what it asked for

            var refused = await RunAsync(Intersection("nosy"), approve: false);
            (await Do("clinic", "job", "reject", refused)).Expect(0);
            await EndAsync(refused);

            await File.AppendAllTextAsync(clinic, $"{Take()},{Take()}\n", cancellation);
            Assert.NotEqual("committed", (await EndAsync(await RunAsync(Intersection("changed")))).State);
            await File.WriteAllTextAsync(clinic, $"id,note\n\"{Take()},{Take()}\n", cancellation);
            Assert.NotEqual("committed", (await EndAsync(await RunAsync(Intersection("broken")))).State);
            File.Delete(clinic);
            Assert.NotEqual("committed", (await EndAsync(await RunAsync(Intersection("gone")))).State);

            await nodes["clinic"].CrashAsync();
            Assert.Empty(Directory.GetFiles(folder["crashes", "clinic"]));
            await Do("registry", "job", "submit", folder.Write("jobs/away.yaml", Intersection("away")), "--json");
            await Do("registry", "node", "status");
            await Do("registry", "node", "status", "--json");
            await Do("registry", "job", "list", "--json");
            await Do("registry", "audit", "trace", "--json");
            (await Do("registry", "audit", "export", "--logs", "--out", folder["archive"])).Expect(0);
            await Do("registry", "node", "support", "--out", folder["support-registry.json"]);
            await Do("clinic", "node", "support", "--out", folder["support-clinic.json"]);
            Assert.NotEmpty(JsonDocument.Parse(await File.ReadAllTextAsync(folder["support-registry.json"], cancellation)).RootElement.GetProperty("events").EnumerateArray());

            // What is left is a dataset of its own.
            (await Do("registry", "dataset", "add", "rest", "--csv", folder.Write("data/registry/rest.csv", "id,note\n" + string.Concat(Enumerable.Range(0, Planted - next).Select(i => $"{i},{Take()}\n"))))).Expect(0);
            foreach (var party in new[] { "observer", "registry" }) await nodes[party].StopAsync();
            await using (var writing = CollabProgram.Start(["node", "backup", folder["backup"], "--backup-passphrase-file", backup, "--home", homes["registry"].Folder], environment))
                said.Append((await writing.EndAsync()).Expect(0).Output);

            async Task<string> RunAsync(string description, bool approve = true)
            {
                var submitted = (await Do("registry", "job", "submit", folder.Write("jobs/job.yaml", description), "--json")).Expect(0);
                var job = submitted.Json.GetProperty("job").GetString()!;
                foreach (var owner in approve ? ["clinic", "registry"] : Array.Empty<string>())
                    await Until.HoldsAsync(() => Do(owner, "job", "approve", job), done => done.ExitCode == 0, TimeSpan.FromSeconds(60), done => done.Errors);
                return job;
            }

            async Task<(string State, string? Code)> EndAsync(string job)
            {
                var end = await Until.HoldsAsync(
                    () => Do("registry", "job", "show", job, "--json"), shown => shown.ExitCode == 0 && IsOver(shown.Json), TimeSpan.FromSeconds(120), shown => shown.Output + shown.Errors);
                return (end.Json.GetProperty("state").GetString()!, end.Json.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null);
            }
        }
        finally
        {
            foreach (var program in programs) await program.DisposeAsync();
        }

        output.WriteLine($"{next} secrets planted in places of their own");
        Assert.Equal(Planted, next);
        foreach (var program in programs) said.AppendLine(program.OutputSoFar).AppendLine(program.ErrorsSoFar);
        var search = new SecretSearch(secrets);
        var keys = Parties.SelectMany(party => KeysOf(homes[party], passphrases[party])).ToList();
        foreach (var (name, key) in keys) search.Add(name, key);
        Assert.Equal(6 * Parties.Length, keys.Count); // authority, node, operator, log, witness, storage
        Search(search, folder, said.ToString(), arguments, collector.Received);
    }

    private void Search(SecretSearch search, TemporaryFolder folder, string said, IReadOnlyList<byte[]> arguments, byte[] telemetry)
    {
        var leaks = new List<string>();
        var bytes = 0L;
        Look("standard output and error", Encoding.UTF8.GetBytes(said));
        foreach (var argument in arguments) Look("arguments", argument);
        Look("telemetry", telemetry);
        string[] own = [folder["data"], folder["jobs"], folder["secret"]]; // the owners' files, from which all of it came
        foreach (var file in Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories).Where(file => !own.Any(place => file.StartsWith(place + "/", StringComparison.Ordinal))))
        {
            if (file.Contains("/registry/results/", StringComparison.Ordinal)) continue; // the released result, at its receiver
            Look(Path.GetRelativePath(folder.FullName, file), File.ReadAllBytes(file));
        }

        output.WriteLine($"{bytes} bytes searched for {search.Forms} forms");
        Assert.Empty(leaks);
        Assert.True(telemetry.Length > 1000 && said.Length > 10_000 && bytes > 500_000, $"There was something to be searched: {telemetry.Length}, {said.Length}, {bytes} bytes.");

        void Look(string place, byte[] content)
        {
            bytes += content.Length;
            leaks.AddRange(search.In(content).Select(secret => $"{place}: {secret}"));
        }
    }

    // The real private keys of a node, read by another library from what its passphrase protects.
    private static IEnumerable<(string Name, byte[] Key)> KeysOf(NodeHome home, string passphraseFile)
    {
        var passphrase = File.ReadAllText(passphraseFile);
        foreach (var file in Directory.GetFiles(home.Folder, "*.pem", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            var key = PrivateKeyFactory.DecryptKey(passphrase.ToCharArray(), Convert.FromBase64String(text[PemEncoding.Find(text).Base64Data]));
            yield return (file, key is ECPrivateKeyParameters elliptic ? elliptic.D.ToByteArrayUnsigned() : ((Ed25519PrivateKeyParameters)key).GetEncoded());
        }

        using var secret = SecretBytes.Take(Encoding.UTF8.GetBytes(passphrase));
        using var storage = StorageKeyFile.Load(home.StorageKeyFile, secret);
        yield return (home.StorageKeyFile, storage.Use(0, (bytes, _) => bytes.ToArray()));
    }

    private static bool IsOver(JsonElement job) => job.GetProperty("state").GetString() is "committed" or "aborted" or "closed" && (job.GetProperty("state").GetString() == "closed" || job.GetProperty("settled").GetBoolean());

    private static async Task<byte[]> ArgumentsOfAsync(int process)
    {
        try
        {
            return await File.ReadAllBytesAsync($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return []; // it has ended
        }
    }

    // What people write: letters and digits, some with a sign that JSON escapes, some in Chinese, some with blanks around a quote.
    private static List<string> Secrets(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            var token = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 18);
            return i < 100 ? token : (i % 50) switch { 0 => $"{token}&{i}", 1 => $"患者{token}", 2 => $"{token}+ü", _ => token };
        }),
    ];

    private static string Csv(IReadOnlyList<string> keys, Func<string> take, int every = 2)
    {
        var text = new StringBuilder("id,note\n");
        for (var i = 0; i < keys.Count; i++) text.Append(CultureInfo.InvariantCulture, $"{keys[i]},{(i % every == 0 ? take() : "none")}\n");
        return text.ToString();
    }

    private static string Intersection(string purpose, string more = "") => $"""
        kind: intersection
        purpose: {purpose}
        parties:
          - name: clinic
            dataset: patients
            key: [id]
            {more}
          - name: registry
            dataset: events
            key: [id]
        receivers: [registry]
        expires: 1h
        """;

    private static void Found(IReadOnlyDictionary<string, NodeHome> homes, IReadOnlyDictionary<string, string> passphrases, string collector)
    {
        var ports = FreePorts(Parties.Length);
        SecretBytes Phrase(string party) => SecretBytes.Take(File.ReadAllBytes(passphrases[party]));
        var cards = Parties.Select((party, i) =>
        {
            using var passphrase = Phrase(party);
            var address = $"127.0.0.1:{ports[i]}";
            return PartyFiles.Initialize(homes[party], PartyId.Parse(party), address, address, "planted", passphrase);
        }).ToList();
        foreach (var party in Parties)
        {
            using var passphrase = Phrase(party);
            PartyFiles.Join(homes[party], new Consortium("planted", cards), passphrase);
            File.AppendAllText(homes[party].ConfigurationFile, $"telemetry:\n  otlp: {collector}\n");
        }
    }

    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
