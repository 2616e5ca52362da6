using System.Net;
using System.Net.Sockets;
using System.Text;
using Collab.Identity;
using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Tests.Hosting;

/// <summary>What an owner asks its real node: is this file fit, what do others see of it, and how does a job differ from what I granted?</summary>
public sealed class OwnerDeskTests : IAsyncLifetime
{
    private static readonly PartyId[] Parties = [Plans.Bank, Plans.Bureau, Plans.Stranger];

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-owner-").FullName;
    private readonly Dictionary<PartyId, PartyCard> _cards = [];
    private readonly Dictionary<PartyId, NodeHost> _nodes = [];
    private readonly Dictionary<PartyId, OperatorClient> _operators = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var party in Parties)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var address = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
            _cards[party] = PartyFiles.Initialize(Home(party), party, address, address, "credit", passphrase: null);
        }

        var consortium = new Consortium("credit", [.. _cards.Values]);
        foreach (var party in Parties)
        {
            PartyFiles.Join(Home(party), consortium, passphrase: null);
            _nodes[party] = await NodeHost.StartAsync(Home(party));
            var pins = new PeerPins(_cards.ToDictionary(c => c.Key, c => c.Value.CertificatePins));
            var identity = PartyFiles.LoadIdentity(Home(party), PartyRole.Operator, null);
            _operators[party] = new OperatorClient(_cards[party].Address, new TlsSettings(identity, new PeerCertificateValidator(() => pins)).CreateHandler(party));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _operators.Values) client.Dispose();
        foreach (var node in _nodes.Values) await node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_is_checked_before_it_is_registered_and_no_value_of_it_is_told()
    {
        var path = Write("visits.csv", "id;age;city\n1;40;Rome\n2;;SECRET-CITY\n2;x9SECRET;Oslo\n4;50\n;60;Oslo\n");
        var found = await CheckAsync(new CheckDatasetRequest(
            new CsvSource(path), null, [new("id", "text", 0), new("age", "integer", 0), new("city", "text", 0)], ["id"]));
        Assert.Equal(("utf-8", ";", true, 4L), (found.Encoding, found.Delimiter, found.Complete, found.Rows));
        Assert.Equal(["data.key-blank", "data.key-duplicate", "data.row-ragged", "data.value-not-a-number"], found.Problems.Select(p => p.Code).Order(StringComparer.Ordinal));
        Assert.Equal((4L, (string?)null), found.Problems.Where(p => p.Code == "data.row-ragged").Select(p => (p.First[0].Row ?? 0, p.First[0].Column)).Single());
        Assert.Equal([1L, 2L, 0L], found.Columns.Select(column => column.Missing)); // a number that is none counts as missing
        Assert.DoesNotContain("SECRET", System.Text.Json.JsonSerializer.Serialize(found), StringComparison.Ordinal);
        Assert.Empty((await _operators[Plans.Bureau].CallAsync<OwnDatasetsView>(Verbs.ListOwnDatasets, new EmptyRequest(), Stop)).Datasets);

        var inferred = await CheckAsync(new CheckDatasetRequest(new CsvSource(Write("good.csv", "id\tamount\na\t1.25\nb\t2\n")), null));
        Assert.Equal((true, 2L, "tab"), (inferred.Complete, inferred.Rows, inferred.Delimiter));
        Assert.Equal(new CheckedColumnView[] { new("id", "text", 0, 0), new("amount", "decimal", 2, 0) }, inferred.Columns);
        Assert.Empty(inferred.Problems);

        var ragged = await CheckAsync(new CheckDatasetRequest(new CsvSource(path), null)); // no types can be inferred of it: all is text, and the rows are told
        Assert.All(ragged.Columns, column => Assert.Equal("text", column.Type));
        Assert.Equal("data.row-ragged", Assert.Single(ragged.Problems).Code);
        Assert.Equal("data.file-unreadable", (await FailsAsync(Verbs.CheckDataset, new CheckDatasetRequest(new CsvSource(Path.Combine(_folder, "none.csv")), null))).Code.Name);
    }

    [Fact]
    public async Task A_file_that_is_sent_lies_under_a_name_of_the_node_for_its_owner_alone_and_can_be_registered()
    {
        var rows = Encoding.UTF8.GetBytes("id,age\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"p{i},{i}\n")));
        var first = await SendAsync(null, 0, rows[..100]);
        Assert.Matches("^[0-9a-f]{32}$", first.File);
        Assert.Equal(new ReceivedFileView(first.File, rows.Length), await SendAsync(first.File, 100, rows[100..]));
        var path = Path.Combine(Home(Plans.Bureau).ReceivedFolder, first.File + ".csv");
        Assert.Equal(rows, await File.ReadAllBytesAsync(path, Stop));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));

        foreach (var (file, offset, content) in new (string?, long, byte[])[]
        {
            (first.File, 5, [1]), (first.File, rows.Length + 1, [1]), ("../policy", 0, [1]), (new string('0', 32), 0, [1]), (first.File, rows.Length, new byte[(1 << 20) + 1]),
        })
            Assert.Equal("dataset.invalid", (await FailsAsync(Verbs.SendFile, new FilePieceRequest(file, offset, content))).Code.Name);
        Assert.Equal("operator.request-invalid", (await FailsAsync(Verbs.SendFile, new FilePieceRequest(null, 7, [1]))).Code.Name);
        Assert.Equal(rows, await File.ReadAllBytesAsync(path, Stop));

        var source = new CsvSource(null, Received: first.File);
        Assert.Equal(30, (await CheckAsync(new CheckDatasetRequest(source, null))).Rows);
        await _operators[Plans.Bureau].CallAsync<DatasetView>(Verbs.AddDataset, new AddDatasetRequest("sent", source, null, null, Subject: "id"), Stop);
        var own = Assert.Single((await _operators[Plans.Bureau].CallAsync<OwnDatasetsView>(Verbs.ListOwnDatasets, new EmptyRequest(), Stop)).Datasets);
        Assert.Equal(("csv", path, 30L, "sent", "fewer than 100", "id"), (own.Source, own.Place, own.Rows, own.Offered.Name, own.Offered.Rows, own.Offered.Subject));
        foreach (var wrong in new[] { new CsvSource(path, Received: first.File), new CsvSource(null), new CsvSource(null, Received: "../../etc") })
            Assert.Equal("dataset.invalid", (await FailsAsync(Verbs.AddDataset, new AddDatasetRequest("wrong", wrong, null, null))).Code.Name);

        // What was sent and not registered goes with the next file once a day has passed; what is registered stays.
        var forgotten = (await SendAsync(null, 0, [1])).File;
        var folder = Home(Plans.Bureau).ReceivedFolder;
        foreach (var file in Directory.EnumerateFiles(folder)) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        var fresh = (await SendAsync(null, 0, [1])).File;
        Assert.Equal(new[] { first.File, fresh }.Order(), Directory.EnumerateFiles(folder).Select(file => Path.GetFileNameWithoutExtension(file)!).Order());
        Assert.False(File.Exists(Path.Combine(folder, forgotten + ".csv")));
    }

    [Fact]
    public async Task An_owner_sees_what_a_job_asks_for_that_it_has_not_granted_before()
    {
        var (bank, bureau) = (_operators[Plans.Bank], _operators[Plans.Bureau]);
        foreach (var (client, file) in new[] { (bank, "bank.csv"), (bureau, "bureau.csv") })
        {
            var path = Write(file, "id,age,city\na,40,Rome\nb,50,Oslo\n");
            await client.CallAsync<DatasetView>(Verbs.AddDataset, new AddDatasetRequest("customers", new CsvSource(path), null, null), Stop);
        }

        Task<JobView> SubmitAsync(string more) => bank.CallAsync<JobView>(Verbs.SubmitJob, new DescriptionRequest(
            $"kind: intersection\nparties:\n- {{ name: bank, dataset: customers, key: id }}\n- {{ name: bureau, dataset: customers, key: id{(more.Contains("where", StringComparison.Ordinal) ? ", where: \"age >= 45\"" : "")} }}\nreceivers: bank\n{more.Replace("where", "", StringComparison.Ordinal)}"), Stop);
        async Task<ComparisonView> CompareAsync(string job, string? with = null)
        {
            while (true)
            {
                try
                {
                    return await bureau.CallAsync<ComparisonView>(Verbs.CompareJob, new CompareJobRequest(job, with), Stop);
                }
                catch (CollabException e) when (e.Code.Name == "job.unknown" && with is null)
                {
                    await Task.Delay(50, Stop); // until the proposal is final at the bureau
                }
            }
        }

        var first = (await SubmitAsync("purpose: risk-check\n")).Job;
        var nothing = await CompareAsync(first);
        Assert.Equal((null, 0, 0), (nothing.With, nothing.Granted.Count, nothing.Changes.Count));
        await bureau.CallAsync<JobView>(Verbs.ApproveJob, new JobRequest(first), Stop);

        var again = await CompareAsync((await SubmitAsync("purpose: risk-check\n")).Job);
        Assert.Equal((first, 1, 0), (again.With, again.Granted.Count, again.Changes.Count)); // nothing but nonce and times

        var asked = (await SubmitAsync("purpose: marketing\nuses: 5\nexpires: 30d\nwhere")).Job;
        var changed = await CompareAsync(asked);
        Assert.Equal(["inputs.columns", "inputs.filter", "lifetime", "purpose", "uses"], changed.Changes.Select(change => change.Field).Order(StringComparer.Ordinal));
        var purpose = changed.Changes.Single(change => change.Field == "purpose");
        Assert.Equal(("risk-check", "marketing", "purpose", "用途"), (purpose.Removed.Single(), purpose.Added.Single(), purpose.Name.En, purpose.Name.Zh));
        Assert.Equal(("bureau", "age >= 45"), changed.Changes.Where(change => change.Field == "inputs.filter").Select(change => (change.Owner, change.Added.Single())).Single());
        Assert.Equal(["age (integer)"], changed.Changes.Single(change => change.Field == "inputs.columns").Added);

        Assert.Equal(first, (await CompareAsync(asked, first[..8])).With);
        var refused = await Assert.ThrowsAsync<CollabException>(() => CompareAsync(asked, "0123456789"));
        Assert.Equal("job.unknown", refused.Code.Name);
        var outside = await Assert.ThrowsAsync<CollabException>(() => _operators[Plans.Stranger].CallAsync<ComparisonView>(Verbs.CompareJob, new CompareJobRequest(asked), Stop));
        Assert.Equal("job.unknown", outside.Code.Name);
    }

    private NodeHome Home(PartyId party) => new(Path.Combine(_folder, party.Name));

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private Task<DatasetCheckView> CheckAsync(CheckDatasetRequest request) => _operators[Plans.Bureau].CallAsync<DatasetCheckView>(Verbs.CheckDataset, request, Stop);

    private Task<ReceivedFileView> SendAsync(string? file, long offset, byte[] content) =>
        _operators[Plans.Bureau].CallAsync<ReceivedFileView>(Verbs.SendFile, new FilePieceRequest(file, offset, content), Stop);

    private Task<CollabException> FailsAsync(string verb, object request) =>
        Assert.ThrowsAsync<CollabException>(() => _operators[Plans.Bureau].CallAsync<object>(verb, request, Stop));
}
