using Collab.Channels;
using Collab.Data.Csv;
using Collab.Engine.Datasets;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Runs;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;
using Collab.Testing;

namespace Collab.Engine.Tests.Support;

/// <summary>The tables of some owners and the protocol parts of their jobs, over channels in memory and with no ledger.</summary>
internal sealed class TwoOwners : IDisposable
{
    private static readonly Digest Run = Plans.DigestOf("run");

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-owners").FullName;
    private readonly Dictionary<PartyId, DatasetRegistry> _registries = [];
    private readonly List<DatasetOffer> _offers = [];
    private readonly SecretBytes _storageKey = SecretBytes.Random(32, RandomSource.Seeded(2));

    /// <summary>What a party's disk, or anything else of it, says instead of its part; null where it does its part.</summary>
    public Func<PartyId, CollabException?> Failing { get; set; } = _ => null;

    /// <summary>What ended the part of a party.</summary>
    public Dictionary<PartyId, Exception> Failures { get; } = [];

    /// <summary>Gives an owner a table named <c>table</c>; the first line names its columns.</summary>
    public async Task OfferAsync(PartyId owner, params string[] lines)
    {
        var path = Path.Combine(_folder, $"{owner}.csv");
        await File.WriteAllLinesAsync(path, lines);
        _registries[owner] = new DatasetRegistry(owner, new MemoryStore(), RandomSource.Seeded(1));
        _offers.RemoveAll(offer => offer.Owner == owner);
        _offers.Add(await _registries[owner].AddAsync(
            new DatasetDescription("table", new CsvLocationLiteral { Path = path }, null, null), CancellationToken.None));
    }

    /// <summary>Plans a job of these tables, asked for by a third party.</summary>
    public Plan Plan(string job) => Planner.Make(
        JobDescription.Parse(job), "study", [Plans.Al, Plans.Bo, Plans.Cy], Plans.Cy, _offers, Plans.Created, RandomSource.Seeded(1));

    /// <summary>Runs the parts of all parties and gives every party's result (null where it gets none) and what they sent.</summary>
    public async Task<OwnersRun> RunAsync(Plan plan)
    {
        var runs = await Parties.RunAsync(plan.Parties, async (self, channels) =>
        {
            var ports = new EnginePorts(
                self, "study", null!, null!, _registries.GetValueOrDefault(self)!, new MemoryStore(), null!, ApprovalPolicy.AskAlways, null!, null!,
                TimeProvider.System, RandomSource.System, "test")
            {
                SpillFolder = Path.Combine(_folder, $"spill-{self}"),
                BucketKeys = 4,
                Standing = new StandingFolder(StandingOf(self), _storageKey),
                Prepared = PreparedOf(self),
            };
            var part = await ProtocolPart.PrepareAsync(ports, plan, Run, CancellationToken.None);
            part.Passed = peer => new Transcript(new DirectionTranscript(Run, self, peer, []), new DirectionTranscript(Run, peer, self, []));
            var result = await ResultAsync(self, part, channels);
            var told = result is null ? null : JobResult.Decode(result.Encode()); // what is committed to is what is told
            Streaming.RunSpill.Forget(ports.Store, ports.SpillFolder, Run);
            return told;
        });
        Assert.Equal(plan.Receivers, runs.Where(r => r.Value.Result is not null).Select(r => r.Key).Order());
        return new OwnersRun(
            runs.ToDictionary(r => r.Key, r => r.Value.Result),
            runs.Values.Sum(r => r.Usage.Values.Sum(u => u.MessagesSent)),
            runs.Values.Sum(r => r.Usage.Values.Sum(u => u.BytesSent)));
    }

    private async Task<JobResult?> ResultAsync(PartyId self, ProtocolPart part, IReadOnlyDictionary<PartyId, IChannel> channels)
    {
        try
        {
            if (Failing(self) is { } failure) throw failure;
            return await part.RunAsync(channels, Run, (_, _, _, _) => { }, CancellationToken.None);
        }
        catch (Exception e)
        {
            lock (Failures) Failures[self] = e;
            throw;
        }
    }

    /// <summary>Makes triples of two parties ahead.</summary>
    public Task PrepareAsync(PartyId one, PartyId other, TripleStock asked) => Parties.RunAsync([one, other], async (self, channels) =>
    {
        var peer = self == one ? other : one;
        using var store = PreparedOf(self).TryOpen(self, peer)!;
        await TriplePreparation.RunAsync(self, channels[peer], store, asked, RandomSource.System);
        return true;
    });

    /// <summary>What a party made ahead.</summary>
    public PreparedFolder PreparedOf(PartyId party) => new(Path.Combine(_folder, $"prepared-{party}"), _storageKey);

    /// <summary>What a party keeps between the runs of a job.</summary>
    public string StandingOf(PartyId party) => Path.Combine(_folder, $"standing-{party}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>What came of a run.</summary>
internal sealed record OwnersRun(IReadOnlyDictionary<PartyId, JobResult?> Results, long Messages, long Bytes)
{
    public T At<T>(PartyId party)
        where T : JobResult => Assert.IsType<T>(Results[party]);
}
