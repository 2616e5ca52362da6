using System.Numerics;
using Collab.Evm.Rpc;
using Collab.Primitives;

namespace Collab.Evm.Contract;

/// <summary>A job as the contract has it.</summary>
internal sealed class ContractJob(Digest id, Digest requester, Digest plan, ulong notAfter, uint runs, IReadOnlyList<Digest> datasets, IReadOnlyList<Digest> parties)
{
    private const int Closed = 3;

    public Digest Id => id;

    public Digest Requester => requester;

    public Digest Plan => plan;

    public ulong NotAfter => notAfter;

    public uint Runs => runs;

    public IReadOnlyList<Digest> Datasets => datasets;

    public IReadOnlyList<Digest> Parties => parties;

    /// <summary>By dataset: the version, the uses and the end of the newest grant.</summary>
    public Dictionary<Digest, (uint Version, uint Uses, ulong NotAfter)> Grants { get; } = [];

    public int State { get; set; } = 1;

    /// <summary>Neither closed nor revoked.</summary>
    public bool IsOpen => State < Closed;
}

/// <summary>A run as the contract has it.</summary>
internal sealed class ContractRun(Digest id, ContractJob job, Digest label)
{
    public Digest Id => id;

    public ContractJob Job => job;

    public Digest Label => label;

    /// <summary>What each organisation committed to.</summary>
    public Dictionary<Digest, Digest> Commits { get; } = [];

    /// <summary>1 started, 2 committed, 3 disputed, 4 aborted.</summary>
    public int State { get; set; } = 1;
}

/// <summary>What the contract's final events say. Events of kinds that a node does not need are passed over; the contract's own are never malformed.</summary>
internal sealed class ContractBook
{
    private readonly Dictionary<Digest, ContractJob> _jobs = [];
    private readonly Dictionary<Digest, ContractRun> _runs = [];
    private readonly Dictionary<(Digest Owner, Digest Label), Digest> _datasets = [];
    private readonly Dictionary<(Digest Dataset, uint Version), Digest> _versions = [];
    private readonly Dictionary<Digest, uint> _newest = [];

    /// <summary>Roles, suspension, pause.</summary>
    public ContractStanding Standing { get; } = new();

    public IEnumerable<ContractRun> Runs => _runs.Values;

    public IEnumerable<ContractJob> JobsOf(Digest plan) => _jobs.Values.Where(job => job.Plan == plan);

    public ContractJob? JobOf(Digest plan, Digest requester) => JobsOf(plan).FirstOrDefault(job => job.Requester == requester);

    /// <summary>Usually one: another member may propose the same plan, and give a run of its own the same label.</summary>
    public IEnumerable<ContractRun> RunsOf(Digest plan, Digest run) => _runs.Values.Where(r => r.Label == run && r.Job.Plan == plan);

    /// <summary>The id under which the contract knows what an organisation calls by a label.</summary>
    public Digest? DatasetOf(Digest owner, Digest label) => _datasets.TryGetValue((owner, label), out var id) ? id : null;

    public bool IsOf(Digest dataset, Digest owner) => _datasets.Any(known => known.Value == dataset && known.Key.Owner == owner);

    public uint NewestVersionOf(Digest dataset) => _newest.GetValueOrDefault(dataset);

    public Digest? DigestOf(Digest dataset, uint version) => _versions.TryGetValue((dataset, version), out var digest) ? digest : null;

    /// <exception cref="MalformedException">An event that the contract does not make.</exception>
    public void Apply(EvmLog log)
    {
        var topic = log.Topics.Count > 0 ? log.Topics[0] : default;
        if (topic == ConsortiumContract.OrgChanged.Topic)
        {
            var v = ConsortiumContract.OrgChanged.Decode(log.Topics, log.Data.Span);
            Standing.Set(Word(v[0]), (int)UInt32(v[1]), (bool)v[2]);
        }
        else if (topic == ConsortiumContract.Paused.Topic)
        {
            Standing.IsPaused = (bool)ConsortiumContract.Paused.Decode(log.Topics, log.Data.Span)[0];
        }
        else if (topic == ConsortiumContract.SuccessorSet.Topic)
        {
            Standing.IsSuperseded = true;
        }
        else if (topic == ConsortiumContract.DatasetChanged.Topic)
        {
            var v = ConsortiumContract.DatasetChanged.Decode(log.Topics, log.Data.Span);
            var (dataset, version) = (Word(v[0]), UInt32(v[4]));
            _datasets[(Word(v[1]), Word(v[2]))] = dataset;
            _versions[(dataset, version)] = Word(v[3]);
            _newest[dataset] = version;
        }
        else if (topic == ConsortiumContract.JobProposed.Topic)
        {
            var v = ConsortiumContract.JobProposed.Decode(log.Topics, log.Data.Span);
            _jobs[Word(v[0])] = new ContractJob(Word(v[0]), Word(v[1]), Word(v[2]), UInt64(v[7]), UInt32(v[8]), Words(v[9]), Words(v[10]));
        }
        else if (topic == ConsortiumContract.GrantGiven.Topic)
        {
            var v = ConsortiumContract.GrantGiven.Decode(log.Topics, log.Data.Span);
            if (_jobs.TryGetValue(Word(v[0]), out var job)) job.Grants[Word(v[1])] = (UInt32(v[3]), UInt32(v[4]), UInt64(v[5]));
        }
        else if (topic == ConsortiumContract.JobStateChanged.Topic)
        {
            var v = ConsortiumContract.JobStateChanged.Decode(log.Topics, log.Data.Span);
            if (_jobs.TryGetValue(Word(v[0]), out var job)) job.State = (int)UInt32(v[1]);
        }
        else if (topic == ConsortiumContract.RunStarted.Topic)
        {
            var v = ConsortiumContract.RunStarted.Decode(log.Topics, log.Data.Span);
            if (_jobs.TryGetValue(Word(v[1]), out var job)) _runs[Word(v[0])] = new ContractRun(Word(v[0]), job, Word(v[2]));
        }
        else if (topic == ConsortiumContract.RunCommitted.Topic)
        {
            var v = ConsortiumContract.RunCommitted.Decode(log.Topics, log.Data.Span);
            if (_runs.TryGetValue(Word(v[0]), out var run)) run.Commits[Word(v[1])] = Word(v[2]);
        }
        else if (topic == ConsortiumContract.RunStateChanged.Topic)
        {
            var v = ConsortiumContract.RunStateChanged.Decode(log.Topics, log.Data.Span);
            if (_runs.TryGetValue(Word(v[0]), out var run)) run.State = (int)UInt32(v[1]);
        }
    }

    private static Digest Word(object value) => new((byte[])value);

    private static Digest[] Words(object value) => [.. ((object[])value).Select(Word)];

    private static uint UInt32(object value) => (uint)(BigInteger)value;

    private static ulong UInt64(object value) => (ulong)(BigInteger)value;
}
