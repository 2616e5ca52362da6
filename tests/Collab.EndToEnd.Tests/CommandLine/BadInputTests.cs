using System.Net;
using System.Net.Sockets;
using Collab.Cli.Sandbox;
using Collab.EndToEnd.Tests.Support;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Identity;
using Collab.Primitives;
using Collab.Wire.Party;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.CommandLine;

/// <summary>Bad input to nodes that run: it fails alone and is named, and the nodes go on.</summary>
public sealed class BadInputTests(BadInputTests.Fixture fixture) : IClassFixture<BadInputTests.Fixture>
{
    private StudyConsortium Study => fixture.Study;

    private string RegistryHome => Study.Local.HomeOf(Registry).Folder;

    [Theory]
    [InlineData("clinic", "patients", "identity", 2, "plan.column-unknown", "identity")]
    [InlineData("stranger", "patients", "id", 2, "plan.party-unknown", "stranger")]
    [InlineData("clinic", "nothing", "id", 2, "plan.dataset-unknown", "nothing")]
    public async Task A_job_about_what_is_not_there_names_it(string party, string dataset, string key, int exit, string code, string named)
    {
        var job = Study.Write($"{code}.yaml", JobOf(party, dataset, key, receiver: "registry"));
        (await CollabProgram.RunAsync("job", "submit", job, "--home", RegistryHome, "--json")).Expect(exit, code, named);
    }

    [Fact]
    public async Task A_receiver_that_an_owners_rules_do_not_name_closes_the_job()
    {
        var job = Study.Write("receiver.yaml", JobOf("clinic", "patients", "id", receiver: "clinic"));
        var refused = (await CollabProgram.RunAsync("job", "submit", job, "--wait", "--home", RegistryHome, "--json")).Expect(3);
        Assert.Equal("closed", refused.Json.GetProperty("state").GetString());
        Assert.Equal("policy.receiver", refused.Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("ragged", "id,age\nP-secret-1,2\nP-secret-3\n", "data.row-ragged")]
    [InlineData("nul", "id,age\nP-secret-1,2\nP-secret-3,\0\n", "data.nul")]
    [InlineData("twice", "id,id\nP-secret-1,2\n", "data.header-duplicate")]
    [InlineData("absent", null, "data.file-unreadable")]
    public async Task A_bad_file_fails_alone_and_its_values_are_not_told(string name, string? content, string code)
    {
        var file = content is null ? Study.FileOf(Registry, "absent") : Study.Write($"{name}.csv", content);
        var refused = (await CollabProgram.RunAsync("dataset", "add", name, "--csv", file, "--home", RegistryHome, "--json")).Expect(2, code);
        Assert.DoesNotContain("secret", refused.Output + refused.Errors, StringComparison.Ordinal);
        Assert.Equal(Registry.Name, (await Study.StatusAsync(Registry)).Party);
    }

    [Fact]
    public async Task A_file_that_changed_since_it_was_registered_ends_the_run_alike_everywhere_and_no_other_job()
    {
        var file = Study.FileOf(Clinic, "patients");
        var content = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        try
        {
            await File.WriteAllTextAsync(file, content.Replace("P0050,", "P9950,", StringComparison.Ordinal), TestContext.Current.CancellationToken);
            var job = await Study.SubmitAsync("intersection");
            var verdict = await Study.SettledAsync(job);
            Assert.Equal(new Verdict("aborted", "run.data-changed", Clinic.Name, "run.5-read"), verdict);
            await Study.AssertEndedWellAsync(job, verdict);
        }
        finally
        {
            await File.WriteAllTextAsync(file, content, CancellationToken.None);
        }

        Assert.Equal("committed", (await Study.SettledAsync(await Study.SubmitAsync("intersection"))).State);
    }

    [Fact]
    public async Task A_node_of_another_consortium_with_a_partys_name_is_refused_and_the_node_lives()
    {
        using var folder = new TemporaryFolder();
        var strangers = LocalConsortium.Create(folder["strangers"], "study", [Clinic, Observer, Registry]);
        var card = Study.Local.Consortium.Member(Registry);
        var pins = new PeerPins(new Dictionary<PartyId, IReadOnlyList<Digest>> { [Registry] = card.CertificatePins });
        using var identity = PartyFiles.LoadIdentity(strangers.HomeOf(Clinic), PartyRole.Node, passphrase: null);
        var tls = new TlsSettings(identity, new PeerCertificateValidator(() => pins));
        using var client = new PartyClient(Registry, card.Address, tls.CreateHandler(Registry), new Greeting(1, 0, "stranger", "study"));
        var refused = await Assert.ThrowsAsync<CollabException>(() => client.HelloAsync(CancellationToken.None));
        Assert.Contains(refused.Code.Name, new[] { "node.unauthenticated", "node.unreachable" });
        Assert.Equal(Registry.Name, (await Study.StatusAsync(Registry)).Party);
    }

    private static string JobOf(string party, string dataset, string key, string receiver) => $"""
        kind: intersection
        purpose: intersection-199
        parties:
          - name: {party}
            dataset: {dataset}
            key: [{key}]
          - name: registry
            dataset: events
            key: [id]
        receivers: [{receiver}]
        expires: 1h
        """;

    public sealed class Fixture : StudyFixture
    {
        internal override IReadOnlyList<PartyId> Parties => [Clinic, Observer, Registry];

        internal override bool Testing => false;
    }
}
