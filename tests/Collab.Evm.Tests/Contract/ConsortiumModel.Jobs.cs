using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>Catalogue.sol and Jobs.sol.</summary>
public sealed partial class ConsortiumModel
{
    public enum JobStage { None, Proposed, Authorized, Closed, Revoked }

    public struct ItemState { public int Owner; public long Digest; public int Version; public bool Active; }

    public struct JobState
    {
        public int Requester, Algorithm, AlgorithmVersion, MaxRuns, Runs;
        public long Plan, Datasets, Parties, NotBefore, NotAfter;
        public JobStage Stage;
    }

    public struct GrantState { public long NotAfter; public int Version, Uses, Used, AlgorithmFor; public bool Live; }

    public readonly ItemState[] Dataset = new ItemState[Items + 1];
    public readonly ItemState[] Algorithm = new ItemState[Items + 1];
    public readonly JobState[] Job = new JobState[Items + 1];
    public readonly GrantState[] Grant = new GrantState[(Items + 1) * (Items + 1)];

    public static int GrantAt(int job, int dataset) => job * (Items + 1) + dataset;

    private static bool Contains(long set, int id) => (set >> id & 1) != 0;

    private Refusal SetItem(int sender, Role role, long label, long digest)
    {
        var why = OpenMember(sender, role, out var owner);
        if (why != Refusal.None) return why;
        if (label == 0) return Refusal.Malformed;
        var id = IdOf(owner, label);
        ref var item = ref (role == Role.Provider ? Dataset : Algorithm)[id];
        if (digest == 0 && !item.Active) return Refusal.WrongState;
        if (digest == item.Digest) return Refusal.Exists;
        item = new() { Owner = owner, Digest = digest, Active = digest != 0, Version = item.Version + 1 };
        return Emit(
            role == Role.Provider ? EventKind.DatasetChanged : EventKind.AlgorithmChanged,
            id, owner, label, digest, item.Version, digest != 0 ? 1 : 0);
    }

    private bool Current(in ItemState item, int version, Role role) => item.Active && item.Version == version && Has(item.Owner, role);

    private Refusal Propose(in ContractCall c)
    {
        var (label, plan, algorithm, algorithmVersion) = (c.A, c.B, (int)c.C, (int)c.D);
        var (datasets, parties, notBefore, notAfter, maxRuns) = (c.E, c.F, c.G, c.H, (int)c.I);
        var why = OpenMember(c.Sender, Role.Requester, out var requester);
        if (why != Refusal.None) return why;
        var id = IdOf(requester, label);
        ref var job = ref Job[id];
        if (job.Stage != JobStage.None) return Refusal.Exists;
        if (label == 0 || plan == 0 || maxRuns == 0 || notBefore >= notAfter) return Refusal.Malformed;
        if (notAfter <= Now) return Refusal.TooLate;
        if (datasets == 0 || parties == 0) return Refusal.Malformed;
        for (var p = 1; p <= Organisations; p++)
            if (Contains(parties, p) && !Has(p, Role.Provider | Role.Requester)) return Refusal.PartyOut;
        foreach (var d in DatasetOrder)
        {
            if (!Contains(datasets, d)) continue;
            if (!Dataset[d].Active) return Refusal.DatasetChanged;
            if (!Contains(parties, Dataset[d].Owner)) return Refusal.PartyOut;
        }

        if (algorithm == 0 && algorithmVersion != 0) return Refusal.Malformed;
        if (algorithm != 0 && !Current(Algorithm[algorithm], algorithmVersion, Role.Algorithm)) return Refusal.AlgorithmChanged;
        job = new()
        {
            Requester = requester,
            Plan = plan,
            Algorithm = algorithm,
            AlgorithmVersion = algorithmVersion,
            MaxRuns = maxRuns,
            Datasets = datasets,
            Parties = parties,
            NotBefore = notBefore,
            NotAfter = notAfter,
            Stage = JobStage.Proposed,
        };
        return Emit(
            EventKind.JobProposed, id, requester, plan, label, algorithm, algorithmVersion, notBefore, notAfter, maxRuns, datasets, parties);
    }

    private Refusal Approve(int sender, int id, long plan, int dataset, int version, int uses, long notAfter)
    {
        var why = OpenMember(sender, Role.Provider, out var owner);
        if (why == Refusal.None) why = WhyNotApprovable(id, plan, dataset, version);
        if (why != Refusal.None) return why;
        if (Dataset[dataset].Owner != owner) return Refusal.NotYours;
        ref var grant = ref Grant[GrantAt(id, dataset)];
        if (grant.Live && grant.Version == version) return Refusal.Exists;
        if (uses <= grant.Used) return Refusal.Malformed;
        if (uses > Job[id].MaxRuns || notAfter > Job[id].NotAfter) return Refusal.TooMuch;
        if (notAfter <= Now) return Refusal.TooLate;
        if (!grant.Live) Org[owner].LiveGrants++;
        (grant.Live, grant.Version, grant.Uses, grant.NotAfter) = (true, version, uses, notAfter);
        Emit(EventKind.GrantGiven, id, dataset, owner, version, uses, notAfter);
        return AuthorizeIfComplete(id);
    }

    private Refusal ApproveAlgorithm(int sender, int id, long plan, int dataset, int version)
    {
        var why = OpenMember(sender, Role.Algorithm, out var provider);
        if (why == Refusal.None) why = WhyNotApprovable(id, plan, dataset, version);
        if (why != Refusal.None) return why;
        ref var job = ref Job[id];
        if (job.Algorithm == 0 || Algorithm[job.Algorithm].Owner != provider) return Refusal.NotYours;
        ref var grant = ref Grant[GrantAt(id, dataset)];
        if (grant.AlgorithmFor == version) return Refusal.Exists;
        grant.AlgorithmFor = version;
        Emit(EventKind.AlgorithmApproved, id, dataset, provider, version, job.AlgorithmVersion);
        return AuthorizeIfComplete(id);
    }

    private Refusal WhyNotApprovable(int id, long plan, int dataset, int version)
    {
        ref var job = ref Job[id];
        if (job.Stage == JobStage.None) return Refusal.Unknown;
        if (job.Stage is not (JobStage.Proposed or JobStage.Authorized)) return Refusal.WrongState;
        if (job.Plan != plan) return Refusal.WrongPlan;
        if (!Contains(job.Datasets, dataset)) return Refusal.Unknown;
        if (!Dataset[dataset].Active || Dataset[dataset].Version != version) return Refusal.WrongVersion;
        return job.Algorithm == 0 || Current(Algorithm[job.Algorithm], job.AlgorithmVersion, Role.Algorithm)
            ? Refusal.None : Refusal.AlgorithmChanged;
    }

    private Refusal AuthorizeIfComplete(int id)
    {
        ref var job = ref Job[id];
        if (job.Stage != JobStage.Proposed || WhyNotGranted(id) != Refusal.None) return Refusal.None;
        job.Stage = JobStage.Authorized;
        return Emit(EventKind.JobStateChanged, id, (long)JobStage.Authorized);
    }

    private Refusal Refuse(int sender, int id, long code)
    {
        var why = Member(sender, Role.Provider | Role.Algorithm, out var organisation);
        if (why != Refusal.None) return why;
        ref var job = ref Job[id];
        if (job.Stage == JobStage.None) return Refusal.Unknown;
        var may = false;
        if (Key[sender].Role == Role.Algorithm) may = job.Algorithm != 0 && Algorithm[job.Algorithm].Owner == organisation;
        else for (var d = 1; d <= Items; d++) may |= Contains(job.Datasets, d) && Dataset[d].Owner == organisation;
        if (!may) return Refusal.NotYours;
        if (job.Stage != JobStage.Proposed) return Refusal.WrongState;
        Emit(EventKind.GrantRefused, id, organisation, code);
        return End(id, JobStage.Closed);
    }

    private Refusal Revoke(int sender, int id, int dataset)
    {
        var why = Holder(sender, Role.Provider, out var owner);
        if (why != Refusal.None) return why;
        if (Job[id].Stage == JobStage.None || !Grant[GrantAt(id, dataset)].Live) return Refusal.Unknown;
        if (Dataset[dataset].Owner != owner) return Refusal.NotYours;
        Emit(EventKind.GrantRevoked, id, dataset, owner);
        return End(id, JobStage.Revoked);
    }

    private Refusal Close(int sender, int id)
    {
        var why = Member(sender, Role.Any, out var organisation);
        if (why != Refusal.None) return why;
        ref var job = ref Job[id];
        if (job.Stage == JobStage.None) return Refusal.Unknown;
        if (job.Stage is not (JobStage.Proposed or JobStage.Authorized)) return Refusal.WrongState;
        if (Now <= job.NotAfter && (job.Requester != organisation || Key[sender].Role != Role.Requester)) return Refusal.NotYours;
        return End(id, JobStage.Closed);
    }

    private Refusal End(int id, JobStage stage)
    {
        Job[id].Stage = stage;
        for (var d = 1; d <= Items; d++)
        {
            ref var grant = ref Grant[GrantAt(id, d)];
            if (!grant.Live) continue;
            grant.Live = false;
            Org[Dataset[d].Owner].LiveGrants--;
        }

        return Emit(EventKind.JobStateChanged, id, (long)stage);
    }

    /// <summary>Why a run of the job may not start now.</summary>
    public Refusal Authorized(int id)
    {
        ref var job = ref Job[id];
        if (job.Stage == JobStage.None) return Refusal.Unknown;
        if (!IsOpen) return Refusal.Paused;
        if (job.Stage == JobStage.Closed) return Refusal.JobClosed;
        if (job.Stage == JobStage.Revoked) return Refusal.JobRevoked;
        if (Now < job.NotBefore) return Refusal.JobNotBegun;
        if (Now > job.NotAfter) return Refusal.JobExpired;
        if (job.Runs >= job.MaxRuns) return Refusal.JobSpent;
        if (!Has(job.Requester, Role.Requester)) return Refusal.RequesterOut;
        for (var p = 1; p <= Organisations; p++)
            if (Contains(job.Parties, p) && !Has(p, Role.Provider | Role.Requester)) return Refusal.PartyOut;
        return WhyNotGranted(id);
    }

    private Refusal WhyNotGranted(int id)
    {
        ref var job = ref Job[id];
        if (job.Algorithm != 0 && !Current(Algorithm[job.Algorithm], job.AlgorithmVersion, Role.Algorithm)) return Refusal.AlgorithmChanged;
        foreach (var d in DatasetOrder)
        {
            if (!Contains(job.Datasets, d)) continue;
            ref var grant = ref Grant[GrantAt(id, d)];
            if (!grant.Live) return Refusal.GrantMissing;
            if (!Current(Dataset[d], grant.Version, Role.Provider)) return Refusal.DatasetChanged;
            if (job.Algorithm != 0 && grant.AlgorithmFor != grant.Version) return Refusal.AlgorithmNotApproved;
            if (Now > grant.NotAfter) return Refusal.GrantExpired;
            if (grant.Used >= grant.Uses) return Refusal.GrantSpent;
        }

        return Refusal.None;
    }
}
