using System.Net;
using System.Net.Sockets;
using Collab.Engine;
using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Identity;
using Collab.Node.Storage;
using Collab.Primitives;
using Collab.Wire.Operator;
using Collab.Wire.Party;

namespace Collab.Node.Tests.Hosting;

/// <summary>A real node on a real port: who gets an answer, and to what.</summary>
public sealed class NodeHostTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-host-").FullName;
    private readonly Dictionary<PartyId, PartyCard> _cards = [];
    private NodeHost? _bureau;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var party in new[] { Plans.Bank, Plans.Bureau, Plans.Stranger })
        {
            var address = $"127.0.0.1:{FreePort()}";
            _cards[party] = PartyFiles.Initialize(Home(party), party, address, address, "credit", passphrase: null);
        }

        var consortium = new Consortium("credit", [.. _cards.Values]);
        foreach (var party in _cards.Keys) PartyFiles.Join(Home(party), consortium, passphrase: null);
        _bureau = await NodeHost.StartAsync(Home(Plans.Bureau));
    }

    public async ValueTask DisposeAsync()
    {
        if (_bureau is not null) await _bureau.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_party_of_the_same_version_and_consortium_is_greeted()
    {
        using var client = Client(Plans.Bank);
        var greeting = await client.HelloAsync(Stop);
        Assert.Equal(NodeHost.MajorVersion, greeting.Major);
        Assert.Equal(NodeHost.Software, greeting.Software);
    }

    [Theory]
    [InlineData(2, "credit")]
    [InlineData(1, "another")]
    public async Task Another_major_version_or_consortium_is_refused_with_a_reason(int major, string consortium)
    {
        using var client = Client(Plans.Bank, new Greeting((uint)major, 0, "collab 2.0.0", consortium));
        var refused = await Assert.ThrowsAsync<CollabException>(() => client.ListDatasetsAsync(Stop));
        Assert.Equal(Greeting.Unfit.Name, refused.Code.Name);
        Assert.Equal(ErrorKind.Peer, refused.Code.Kind);
    }

    [Fact]
    public async Task Another_minor_version_works()
    {
        using var client = Client(Plans.Bank, new Greeting(NodeHost.MajorVersion, NodeHost.MinorVersion + 7, "collab 0.9", "credit"));
        Assert.Empty(await client.ListDatasetsAsync(Stop));
    }

    [Fact]
    public async Task A_plan_goes_to_those_who_take_part_and_to_nobody_else()
    {
        var plan = Plans.Intersection();
        await _bureau!.DisposeAsync();
        using (var store = new FileStore(Home(Plans.Bureau).StoreFolder, StorageKeyFile.Load(Home(Plans.Bureau).StorageKeyFile, null)))
            new JobArchive(store).PutPlan(plan);
        _bureau = await NodeHost.StartAsync(Home(Plans.Bureau));

        using var bank = Client(Plans.Bank);
        Assert.Equal(plan.Encode(), await bank.GetPlanAsync(plan.Digest, Stop));
        using var stranger = Client(Plans.Stranger);
        Assert.Equal("job.unknown", (await Assert.ThrowsAsync<CollabException>(() => stranger.GetPlanAsync(plan.Digest, Stop))).Code.Name);
        Assert.Equal("job.unknown", (await Assert.ThrowsAsync<CollabException>(() => bank.GetPlanAsync(Digest.Sha256("no"u8), Stop))).Code.Name);
    }

    [Fact]
    public async Task A_receipt_that_was_not_committed_to_goes_to_nobody()
    {
        using var client = Client(Plans.Bank);
        var refused = await Assert.ThrowsAsync<CollabException>(() => client.GetReceiptAsync(Digest.Sha256("run"u8), Stop));
        Assert.Equal("run.receipt-unknown", refused.Code.Name);
    }

    [Fact]
    public async Task Only_the_author_offers_its_log()
    {
        using var client = Client(Plans.Bank);
        var offer = new CheckpointOffer("bureau/credit", 0, [], [], "not a checkpoint"u8.ToArray(), null);
        Assert.Equal(403, (await client.AddCheckpointAsync(offer, Stop)).Status);
        Assert.Equal(400, (await client.AddCheckpointAsync(offer with { Origin = "bank/credit" }, Stop)).Status);
    }

    [Fact]
    public async Task Operator_calls_need_the_operator_of_the_same_party()
    {
        using var own = Operator(Plans.Bureau, PartyRole.Operator);
        Assert.Equal("bureau", (await own.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), Stop)).Party);

        using var anotherParty = Operator(Plans.Bank, PartyRole.Operator);
        await RefusedAsync(anotherParty);
        using var nodeOfTheSame = Operator(Plans.Bureau, PartyRole.Node);
        await RefusedAsync(nodeOfTheSame);

        static async Task RefusedAsync(OperatorClient client) => Assert.Equal(
            "node.unauthenticated",
            (await Assert.ThrowsAsync<CollabException>(() => client.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), Stop))).Code.Name);
    }

    [Fact]
    public async Task An_operator_is_no_party()
    {
        using var identity = PartyFiles.LoadIdentity(Home(Plans.Bank), PartyRole.Operator, null);
        using var client = new PartyClient(
            Plans.Bureau, _cards[Plans.Bureau].Address, Tls(identity).CreateHandler(Plans.Bureau), Own("credit"));
        Assert.Equal("node.unauthenticated", (await Assert.ThrowsAsync<CollabException>(() => client.HelloAsync(Stop))).Code.Name);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_named_with_its_address()
    {
        using var identity = PartyFiles.LoadIdentity(Home(Plans.Bank), PartyRole.Node, null);
        using var client = new PartyClient(Plans.Stranger, _cards[Plans.Stranger].Address, Tls(identity).CreateHandler(Plans.Stranger), Own("credit"));
        var failure = await Assert.ThrowsAsync<CollabException>(() => client.HelloAsync(Stop));
        Assert.Equal("node.unreachable", failure.Code.Name);
        Assert.Equal(Plans.Stranger, failure.Party);
        Assert.Contains(_cards[Plans.Stranger].Address, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fresh_certificates_are_taken_up_while_the_node_runs_and_who_knew_the_pin_still_does()
    {
        using var before = Operator(Plans.Bureau, PartyRole.Operator);
        var expires = (await before.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), Stop)).CertificateExpires;
        using var bank = Client(Plans.Bank);
        await bank.HelloAsync(Stop);

        PartyFiles.RotateCertificates(Home(Plans.Bureau), passphrase: null);

        // Certificates count whole seconds, so rotating again makes the difference visible however fast the first one was.
        StatusView status;
        do
        {
            status = await before.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), Stop);
            if (status.CertificateExpires == expires) PartyFiles.RotateCertificates(Home(Plans.Bureau), passphrase: null);
        }
        while (status.CertificateExpires == expires);

        Assert.Empty(await bank.ListDatasetsAsync(Stop)); // the connection that stood goes on
        using var fresh = Client(Plans.Bank);
        Assert.Empty(await fresh.ListDatasetsAsync(Stop)); // and a new one meets the new certificate under the same pin
    }

    [Fact]
    public void A_new_authority_comes_in_two_steps_with_both_pins_between()
    {
        var home = Home(Plans.Bank);
        var old = _cards[Plans.Bank].CertificatePins[0];
        var both = PartyFiles.PrepareAuthority(home, passphrase: null);
        Assert.Equal(old, both.CertificatePins[0]);
        Assert.Equal(2, both.CertificatePins.Count);
        var next = PartyFiles.SwitchAuthority(home, passphrase: null);
        Assert.Equal([both.CertificatePins[1]], next.CertificatePins);
        Assert.Equal(next.ToYaml(), File.ReadAllText(home.CardFile));
    }

    [Fact]
    public async Task A_taken_port_is_said()
    {
        new NodeConfiguration(Plans.Bank, _cards[Plans.Bureau].Address).Save(Home(Plans.Bank));
        var failure = await Assert.ThrowsAsync<CollabException>(() => NodeHost.StartAsync(Home(Plans.Bank)));
        Assert.Equal(NodeHost.AddressUnusable, failure.Code);
    }

    [Fact]
    public async Task Two_nodes_make_triples_ahead_when_both_operators_say_the_same()
    {
        await using var bank = await NodeHost.StartAsync(Home(Plans.Bank));
        using OperatorClient atBank = Operator(Plans.Bank, PartyRole.Operator, Plans.Bank), atBureau = Operator(Plans.Bureau, PartyRole.Operator);
        Task<StockView> PrepareAsync(OperatorClient client, PartyId with, long products) =>
            client.CallAsync<StockView>(Verbs.Prepare, new PrepareRequest(with.Name, products, 1, 60), Stop);

        var differ = (PrepareAsync(atBank, Plans.Bureau, 20_000), PrepareAsync(atBureau, Plans.Bank, 1));
        foreach (var call in new[] { differ.Item1, differ.Item2 })
            Assert.Equal("preprocessing.amounts-differ", (await Assert.ThrowsAsync<CollabException>(() => call)).Code.Name);

        await Task.WhenAll(PrepareAsync(atBank, Plans.Bureau, 20_000), PrepareAsync(atBureau, Plans.Bank, 20_000));
        foreach (var (client, peer) in new[] { (atBank, "bureau"), (atBureau, "bank") })
            Assert.Equal([new StockView(peer, 32_768, 1 << 20)], (await client.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), Stop)).Prepared);

        foreach (var wrong in new[] { new PrepareRequest("bureau", -1, 0, 1), new PrepareRequest("bureau", 1L << 40, 0, 1), new PrepareRequest("bank", 1, 0, 1), new PrepareRequest("?", 1, 0, 1) })
            Assert.Equal(ErrorKind.InvalidInput, (await Assert.ThrowsAsync<CollabException>(() => atBank.CallAsync<StockView>(Verbs.Prepare, wrong, Stop))).Code.Kind);
    }

    [Fact]
    public async Task Two_operators_of_three_pause_the_consortium_and_a_third_sees_who_voted()
    {
        await using var bank = await NodeHost.StartAsync(Home(Plans.Bank));
        await using var stranger = await NodeHost.StartAsync(Home(Plans.Stranger));
        using OperatorClient atBank = Operator(Plans.Bank, PartyRole.Operator, Plans.Bank), atBureau = Operator(Plans.Bureau, PartyRole.Operator);
        Task<GovernanceView> OpenAsync(OpenMotionRequest request) => atBank.CallAsync<GovernanceView>(Verbs.OpenMotion, request, Stop);

        var closes = DateTimeOffset.UtcNow.AddDays(1);
        var opened = await OpenAsync(new OpenMotionRequest(closes) { Paused = true });
        var motion = Assert.Single(opened.Motions);
        Assert.Equal(("bank", "pause", "open", 2), (motion.By, motion.Change, motion.State, opened.Quorum));
        Assert.False(opened.Paused);
        foreach (var wrong in new[]
        {
            new OpenMotionRequest(closes), new OpenMotionRequest(closes) { Paused = true, Quorum = 1 }, new OpenMotionRequest(closes) { Member = "nobody", Active = false },
            new OpenMotionRequest(closes) { Member = "bank", Roles = ["chairman"] }, new OpenMotionRequest(closes.AddDays(31)) { Paused = true }, new OpenMotionRequest(closes) { Successor = "12" },
        })
            Assert.Equal("motion.invalid", (await Assert.ThrowsAsync<CollabException>(() => OpenAsync(wrong))).Code.Name);
        Assert.Equal("motion.unknown", (await Assert.ThrowsAsync<CollabException>(() => atBureau.CallAsync<GovernanceView>(Verbs.Vote, new VoteRequest("000000"), Stop))).Code.Name);
        Assert.Equal("motion.voted", (await Assert.ThrowsAsync<CollabException>(() => atBank.CallAsync<GovernanceView>(Verbs.Vote, new VoteRequest(motion.Motion), Stop))).Code.Name);

        while ((await atBureau.CallAsync<GovernanceView>(Verbs.Governance, new EmptyRequest(), Stop)).Motions.Count == 0) await Task.Delay(50, Stop);
        var voted = await atBureau.CallAsync<GovernanceView>(Verbs.Vote, new VoteRequest(motion.Motion[..8]), Stop);
        Assert.True(voted.Paused);
        Assert.Equal(["bank", "bureau"], Assert.Single(voted.Motions).Votes);
        Assert.All(voted.Members, m => Assert.True(m.Active && m.Roles.Count == 5));
    }

    private NodeHome Home(PartyId party) => new(Path.Combine(_folder, party.Name));

    private PartyClient Client(PartyId caller, Greeting? greeting = null) => new(
        Plans.Bureau, _cards[Plans.Bureau].Address,
        Tls(PartyFiles.LoadIdentity(Home(caller), PartyRole.Node, null)).CreateHandler(Plans.Bureau), greeting ?? Own("credit"));

    private OperatorClient Operator(PartyId caller, PartyRole role, PartyId? node = null) => new(
        _cards[node ?? Plans.Bureau].Address, Tls(PartyFiles.LoadIdentity(Home(caller), role, null)).CreateHandler(node ?? Plans.Bureau));

    private TlsSettings Tls(PartyIdentity identity)
    {
        var pins = new PeerPins(_cards.ToDictionary(c => c.Key, c => c.Value.CertificatePins));
        return new TlsSettings(identity, new PeerCertificateValidator(() => pins));
    }

    private static Greeting Own(string consortium) => new(NodeHost.MajorVersion, NodeHost.MinorVersion, NodeHost.Software, consortium);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
