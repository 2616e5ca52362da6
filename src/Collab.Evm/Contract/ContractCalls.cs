using Collab.Evm.Codecs;
using Collab.Evm.Sending;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evm.Contract;

/// <summary>Which calls of the contract an operation is, and whether the contract has done them. Not safe for concurrent use.</summary>
internal sealed class ContractCalls(PartyId self, EvmLedgerOptions options, ContractBook book)
{
    private const string CallDomain = "collab.chain.call.v1";
    private const string VersionDomain = "collab.chain.version.v1";
    private const string CodeDomain = "collab.chain.code.v1";

    private const string Mismatch = "run.transcript-mismatch";

    private static readonly Digest None = default;

    private readonly Dictionary<Digest, List<OutboxEntry>> _queued = [];                 // by the operation's id

    public IEnumerable<Outbox> Boxes => new[] { options.ProviderBox, options.RequesterBox }.OfType<Outbox>();

    /// <summary>What stands on the chain for a version of a dataset.</summary>
    public static Digest VersionDigest(Digest dataset, Digest version) =>
        Digest.Of(VersionDomain, new CanonicalWriter().Digest(dataset).Digest(version).ToArray());

    public Digest? DatasetOf(PartyId owner, Digest dataset) => book.DatasetOf(Organisation(owner), dataset);

    public IReadOnlyList<OutboxEntry> CallsOf(LedgerOperation operation) => _queued.GetValueOrDefault(operation.Id) ?? [];

    public void Register(Digest dataset, Digest version)
    {
        var digest = VersionDigest(dataset, version);
        var known = DatasetOf(self, dataset);
        var newest = known is { } id ? book.NewestVersionOf(id) : 0;
        if (known is { } same && book.DigestOf(same, newest) == digest) return;
        var name = Digest.Of(CallDomain, new CanonicalWriter().Digest(digest).UInt32(newest).ToArray());
        Box(provider: true).Queue(name, options.Follower.Contract, ConsortiumContract.SetDataset.EncodeCall(dataset, digest));
    }

    /// <exception cref="CollabException"><see cref="EvmErrors.NotOnContract"/>: it names what the contract does not know.</exception>
    public void DemandPossible(LedgerOperation operation)
    {
        switch (operation)
        {
            case LedgerOperation.Propose propose:
                foreach (var reference in propose.Datasets) _ = Known(DatasetOf(reference.Owner, reference.DatasetId), "a dataset of the job", reference.Owner);
                break;
            case LedgerOperation.StartRun start:
                _ = Known(book.JobOf(start.Job, Organisation(self)), "the job", self);
                break;
            case LedgerOperation.Spend spend:
                _ = Known(book.RunsOf(spend.Job, spend.Run).FirstOrDefault(), "the run", self);
                break;
        }
    }

    /// <summary>Queues the calls of an own operation, once; those that need something of the chain that is not final yet are queued by a later call.</summary>
    public void Queue(LedgerOperation operation)
    {
        if (_queued.ContainsKey(operation.Id)) return;
        var calls = CallsFor(operation);
        if (calls is null) return;
        _queued[operation.Id] = [.. calls.Select(call =>
        {
            var name = Digest.Of(CallDomain, new CanonicalWriter().Digest(operation.Id).Digest(call.Target).ToArray());
            return call.Box.Find(name) ?? call.Box.Queue(name, options.Follower.Contract, call.Data);
        })];
    }

    /// <summary>
    /// Once every party of a run has committed and this party holds all receipts, each as committed: shows what follows from them if they agree, and
    /// ends the run on the contract if they do not. It never shows anything of receipts that disagree, since another could copy that.
    /// </summary>
    public void QueueOpening(ContractRun run)
    {
        if (run.State != 1 || !run.Commits.ContainsKey(Organisation(self)) || run.Commits.Count < run.Job.Parties.Count) return;
        var name = Digest.Of(CallDomain, new CanonicalWriter().Digest(run.Id).Text("open").ToArray());
        var box = CommitBox;
        if (box.Find(name) is not null) return;
        var receipts = new List<Receipt>();
        foreach (var (party, organisation) in options.Organisations.Where(o => run.Job.Parties.Contains(o.Value)))
        {
            if (options.ReceiptOf(run.Label, party) is not { } receipt || receipt.Digest != run.Commits[organisation]) return; // it has not come here yet
            receipts.Add(receipt);
        }

        if (receipts.Count < run.Job.Parties.Count) return;
        box.Queue(name, options.Follower.Contract, ReceiptAgreement.FirstMismatch(receipts) is null
            ? ConsortiumContract.Open.EncodeCall(run.Id, RunOpening.Of(run.Id, receipts))
            : ConsortiumContract.Abort.EncodeCall(run.Id, Code(Mismatch)));
    }

    /// <summary>Whether the contract has finally done what the operation says; what only withdraws needs no contract to count.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="said">What the logs say of its job.</param>
    public bool IsOnChain(LedgerOperation operation, IReadOnlyList<LedgerOperation> said) => operation switch
    {
        LedgerOperation.Propose o => OrganisationOrNull(o.Author) is { } requester && book.JobOf(o.Job, requester) is { } job && Stands(job, said) && IsSame(job, o),
        LedgerOperation.Approve o => OrganisationOrNull(o.Author) is { } owner && book.DatasetOf(owner, o.DatasetId) is { } dataset
            && book.JobsOf(o.Job).Any(job => Stands(job, said) && job.Grants.TryGetValue(dataset, out var grant) && grant.Uses == (uint)o.Uses && grant.NotAfter == Seconds(o.Expires)
                && (o.Version == None || book.DigestOf(dataset, grant.Version) == VersionDigest(o.DatasetId, o.Version))),
        LedgerOperation.StartRun o => book.RunsOf(o.Job, o.Run).Any(run => OrganisationOrNull(o.Author) == run.Job.Requester),
        LedgerOperation.Spend o => book.RunsOf(o.Job, o.Run).Any(),
        LedgerOperation.Commit o => OrganisationOrNull(o.Author) is { } party
            && book.RunsOf(o.Job, o.Run).Any(run => run.Commits.TryGetValue(party, out var receipt) && receipt == o.Receipt),
        _ => true,
    };

    // Who may end a job says so in its log: that closes it, with its reason. One that ended on the contract with no such word is as if it had never been.
    private bool Stands(ContractJob job, IReadOnlyList<LedgerOperation> said) => job.IsOpen || said.Any(o => o is LedgerOperation.Refuse or LedgerOperation.Revoke
        && OrganisationOrNull(o.Author) is { } party && (party == job.Requester || job.Datasets.Any(dataset => book.IsOf(dataset, party))));

    private bool IsSame(ContractJob job, LedgerOperation.Propose o) =>
        job.NotAfter == Seconds(o.Expires) && job.Runs == (uint)o.Uses
        && job.Datasets.ToHashSet().SetEquals(o.Datasets.Select(d => DatasetOf(d.Owner, d.DatasetId) ?? None))
        && job.Parties.ToHashSet().SetEquals(o.Parties.Select(p => OrganisationOrNull(p) ?? None));

    // Null while something it names is not final on the chain.
    private List<(Outbox Box, Digest Target, byte[] Data)>? CallsFor(LedgerOperation operation)
    {
        switch (operation)
        {
            case LedgerOperation.Propose o:
                if (o.Datasets.Any(d => DatasetOf(d.Owner, d.DatasetId) is null)) return null;
                object[] datasets = [.. o.Datasets.Select(d => DatasetOf(d.Owner, d.DatasetId)!.Value).Distinct().Order()];
                object[] parties = [.. o.Parties.Select(Organisation).Order()];
                return [(Box(provider: false), None, ConsortiumContract.Propose.EncodeCall(o.Job, o.Job, None, 0, datasets, parties, 0, Seconds(o.Expires), o.Uses))];
            case LedgerOperation.Approve o:
                if (DatasetOf(self, o.DatasetId) is not { } granted) return null;
                return ForJobs(o, job => job.Datasets.Contains(granted), job => ConsortiumContract.Approve.EncodeCall(job.Id, o.Job, granted, VersionOf(granted, o), o.Uses, Seconds(o.Expires)));
            case LedgerOperation.Refuse o:
                return ForJobs(o, job => job.State == 1 && Owns(job), job => ConsortiumContract.Refuse.EncodeCall(job.Id, Code(o.Reason)));
            case LedgerOperation.Revoke o:
                if (OrganisationOrNull(self) is { } requester && book.JobOf(o.Job, requester) is { IsOpen: true } own)
                    return [(Box(provider: false), own.Id, ConsortiumContract.Close.EncodeCall(own.Id))]; // it takes its job back, and with it its grant
                return ForJobs(o, job => Granted(job) is not null, job => ConsortiumContract.Revoke.EncodeCall(job.Id, Granted(job)!.Value));
            case LedgerOperation.StartRun o:
                return book.JobOf(o.Job, Organisation(self)) is { } started
                    ? [(Box(provider: false), None, ConsortiumContract.StartRun.EncodeCall(started.Id, o.Run, Seconds(o.Deadline)))]
                    : null;
            case LedgerOperation.Commit o:
                var head = options.OwnHead();
                return ForRuns(o.Job, o.Run, run => ConsortiumContract.Commit.EncodeCall(run.Id, o.Receipt, None, head?.Root ?? None, head?.Size ?? 0));
            case LedgerOperation.Abort o:
                return ForRuns(o.Job, o.Run, run => ConsortiumContract.Abort.EncodeCall(run.Id, Code(o.Code)));
            default:
                return [];                                                               // a use is spent by the start of the run
        }
    }

    // Another member may propose the same plan in its own name: every such job gets the owner's answer, and only the plan's requester can start a run that counts.
    private List<(Outbox, Digest, byte[])>? ForJobs(LedgerOperation operation, Func<ContractJob, bool> applies, Func<ContractJob, byte[]> call)
    {
        var jobs = book.JobsOf(operation.Job).Where(job => job.IsOpen && applies(job)).ToList();
        return jobs.Count == 0 ? null : [.. jobs.Select(job => (Box(provider: true), job.Id, call(job)))];
    }

    private List<(Outbox, Digest, byte[])>? ForRuns(Digest plan, Digest run, Func<ContractRun, byte[]> call)
    {
        var runs = book.RunsOf(plan, run).Select(known => (CommitBox, known.Id, call(known))).ToList();
        return runs.Count == 0 ? null : runs;
    }

    // The newest version if it is the one that is approved; otherwise 0, which the contract refuses.
    private uint VersionOf(Digest dataset, LedgerOperation.Approve o)
    {
        var newest = book.NewestVersionOf(dataset);
        return o.Version == None || book.DigestOf(dataset, newest) == VersionDigest(o.DatasetId, o.Version) ? newest : 0;
    }

    private Digest? Granted(ContractJob job) => job.Grants.Keys.Where(dataset => OrganisationOrNull(self) is { } own && book.IsOf(dataset, own)).Select(d => (Digest?)d).FirstOrDefault();

    // An endorser's and a provider's word stands in the signed logs alone; the contract takes a refusal of owners.
    private bool Owns(ContractJob job) => OrganisationOrNull(self) is { } own && job.Datasets.Any(dataset => book.IsOf(dataset, own));

    private Outbox CommitBox => options.ProviderBox ?? Box(provider: false);

    private Outbox Box(bool provider) => (provider ? options.ProviderBox : options.RequesterBox)
        ?? throw new CollabException(EvmErrors.NotOnContract, "This party has no key of the role that this needs.", self);

    private Digest Organisation(PartyId party) =>
        OrganisationOrNull(party) ?? throw new CollabException(EvmErrors.NotOnContract, $"The organisation of {party} on the contract is not configured.", party);

    private Digest? OrganisationOrNull(PartyId party) => options.Organisations.TryGetValue(party, out var organisation) ? organisation : null;

    private static T Known<T>(T? thing, string what, PartyId party) =>
        thing is null ? throw new CollabException(EvmErrors.NotOnContract, $"The contract does not know {what}.", party) : thing;

    private static ulong Seconds(DateTimeOffset time) => (ulong)time.ToUnixTimeSeconds();

    // Which reason it was stands in the signed log; the chain has 16 bits that tell two reasons apart.
    private static int Code(string code)
    {
        var bytes = Digest.Of(CodeDomain, System.Text.Encoding.ASCII.GetBytes(code)).ToArray();
        return (bytes[0] << 8) | bytes[1];
    }
}
