using System.Numerics;
using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>
/// What must hold whatever was called, told from the accepted calls alone: a second memory beside the model's, kept so plainly that the two
/// can only agree if both are right.
/// </summary>
public sealed class ContractHistory
{
    private const int Items = ConsortiumModel.Items + 1;
    private const int Parties = ConsortiumModel.Organisations + 1;

    private readonly (int Version, long Uses, long NotAfter)[] _approved = new (int, long, long)[Items * Items];
    private readonly int[] _algorithmApproved = new int[Items * Items];
    private readonly int[] _datasetChanges = new int[Items], _algorithmChanges = new int[Items];
    private readonly bool[] _datasetThere = new bool[Items], _algorithmThere = new bool[Items], _ended = new bool[Items];
    private readonly int[] _starts = new int[Items];
    private readonly ContractCall[] _proposed = new ContractCall[Items];
    private readonly long[] _head = new long[Parties];
    private readonly long[] _opened = new long[(ConsortiumModel.Runs + 1) * Parties];
    private readonly bool[] _over = new bool[ConsortiumModel.Runs + 1];
    private readonly int[] _bound = new int[ConsortiumModel.Runs + 1];
    private readonly int[] _voters = new int[ConsortiumModel.Motions + 1];
    private readonly bool[] _carried = new bool[ConsortiumModel.Motions + 1];
    private readonly int[] _organisationOf = new int[ConsortiumModel.Keys + 1];
    private readonly ConsortiumModel.RunStage[] _stage = new ConsortiumModel.RunStage[ConsortiumModel.Runs + 1];
    private long _quorum = Scenario.Quorum;

    /// <summary>Makes this the same as another.</summary>
    public void CopyFrom(ContractHistory other)
    {
        other._approved.CopyTo(_approved, 0);
        other._algorithmApproved.CopyTo(_algorithmApproved, 0);
        other._datasetChanges.CopyTo(_datasetChanges, 0);
        other._algorithmChanges.CopyTo(_algorithmChanges, 0);
        other._datasetThere.CopyTo(_datasetThere, 0);
        other._algorithmThere.CopyTo(_algorithmThere, 0);
        other._ended.CopyTo(_ended, 0);
        other._starts.CopyTo(_starts, 0);
        other._proposed.CopyTo(_proposed, 0);
        other._head.CopyTo(_head, 0);
        other._opened.CopyTo(_opened, 0);
        other._over.CopyTo(_over, 0);
        other._bound.CopyTo(_bound, 0);
        other._voters.CopyTo(_voters, 0);
        other._carried.CopyTo(_carried, 0);
        other._organisationOf.CopyTo(_organisationOf, 0);
        other._stage.CopyTo(_stage, 0);
        _quorum = other._quorum;
    }

    /// <summary>Takes in a call that was accepted, and says what is wrong with that, or null.</summary>
    public string? Accept(in ContractCall c, ConsortiumModel m)
    {
        var organisation = c.Operation == Operation.Claim ? (int)c.A : m.Key[c.Sender].Organisation;
        var id = (int)c.A;
        switch (c.Operation)
        {
            case Operation.Claim:
                if (_organisationOf[c.Sender] != 0) return "a key claims twice";
                _organisationOf[c.Sender] = id;
                break;
            case Operation.OpenMotion or Operation.Vote:
                _voters[id] |= 1 << organisation;
                break;
            case Operation.SetDataset:
                id = ConsortiumModel.IdOf(organisation, c.A);
                _datasetChanges[id]++;
                _datasetThere[id] = c.B != 0;
                break;
            case Operation.SetAlgorithm:
                id = ConsortiumModel.IdOf(organisation, c.A);
                _algorithmChanges[id]++;
                _algorithmThere[id] = c.B != 0;
                break;
            case Operation.Propose:
                _proposed[ConsortiumModel.IdOf(organisation, c.A)] = c;
                break;
            case Operation.Approve:
                _approved[ConsortiumModel.GrantAt(id, (int)c.C)] = ((int)c.D, c.E, c.F);
                if ((int)c.C is var d && (d + 1) / 2 != organisation) return "a grant for another's dataset";
                break;
            case Operation.ApproveAlgorithm:
                _algorithmApproved[ConsortiumModel.GrantAt(id, (int)c.C)] = (int)c.D;
                break;
            case Operation.Refuse or Operation.Revoke or Operation.Close:
                if (_ended[id]) return "a job ends twice";
                _ended[id] = true;
                break;
            case Operation.StartRun:
                if (!MayStart(id, m)) return "a run starts that may not";
                _starts[id]++;
                break;
            case Operation.Commit:
                _bound[id]++;
                break;
            case Operation.Open:
                if (!_over[id] && _bound[id] != BitOperations.PopCount((ulong)_proposed[m.Run[id].Job].F))
                    return "a transcript is shown before all are bound";
                for (var o = 1; o < Parties; o++)
                    _over[id] |= _opened[id * Parties + o] is var other && other != 0 && other != c.B;
                _opened[id * Parties + organisation] = c.B;
                break;
            case Operation.Abort or Operation.Expire:
                if (_over[id]) return "a run ends twice";
                _over[id] = true;
                break;
            case Operation.Checkpoint:
                if (c.A > _head[organisation]) _head[organisation] = c.A;
                else if (m.Head[organisation].Conflicts == 0) return "a conflict is not recorded";
                break;
        }

        return c.Operation is Operation.OpenMotion or Operation.Vote ? Carried(id, m) : null;
    }

    /// <summary>Compares the whole state with what was accepted; what is wrong, or null.</summary>
    public string? Compare(ConsortiumModel m) => Jobs(m) ?? RunsAndHeads(m) ?? Members(m);

    private string? Carried(int motion, ConsortiumModel m)
    {
        if (m.Motion[motion].Carried && !_carried[motion])
        {
            if (BitOperations.PopCount((uint)_voters[motion]) < _quorum) return "a motion is carried without a quorum of those who are still operators";
            _carried[motion] = true;
        }
        else if (BitOperations.PopCount((uint)_voters[motion]) >= _quorum)
        {
            return "a motion with a quorum is not carried";
        }

        _quorum = m.Quorum;
        for (var o = 1; o < Parties; o++) // whoever is no operator now has no vote in any motion, for good
        {
            if (m.Org[o].Active && (m.Org[o].Roles & Role.Operator) != 0) continue;
            for (var n = 1; n < _voters.Length; n++) _voters[n] &= ~(1 << o);
        }

        return null;
    }

    private bool MayStart(int job, ConsortiumModel m)
    {
        ref var p = ref _proposed[job];
        if (p.Operation != Operation.Propose || _ended[job] || m.IsPaused || m.Successor != 0) return false;
        if (m.Now < p.G || m.Now > p.H || _starts[job] >= p.I) return false;
        var requester = m.Org[(job + 1) / 2];
        if (!requester.Active || !requester.Roles.HasFlag(Role.Requester)) return false;
        for (var o = 1; o < Parties; o++)
            if ((p.F >> o & 1) != 0 && (!m.Org[o].Active || (m.Org[o].Roles & (Role.Provider | Role.Requester)) == 0)) return false;
        if (p.C != 0 && (!_algorithmThere[p.C] || _algorithmChanges[p.C] != p.D || !Active(m, ((int)p.C + 1) / 2, Role.Algorithm))) return false;
        for (var d = 1; d < Items; d++)
        {
            if ((p.E >> d & 1) == 0) continue;
            var (version, uses, notAfter) = _approved[ConsortiumModel.GrantAt(job, d)];
            if (version == 0 || !_datasetThere[d] || version != _datasetChanges[d] || m.Now > notAfter || _starts[job] >= uses) return false;
            if (p.C != 0 && _algorithmApproved[ConsortiumModel.GrantAt(job, d)] != version) return false;
            if (!Active(m, (d + 1) / 2, Role.Provider)) return false;
        }

        return true;
    }

    private static bool Active(ConsortiumModel m, int organisation, Role role) => m.Org[organisation].Active && m.Org[organisation].Roles.HasFlag(role);

    private string? Jobs(ConsortiumModel m)
    {
        for (var job = 1; job < Items; job++)
        {
            if (MayStart(job, m) != (m.Authorized(job) == Refusal.None)) return "authorized is not what the grants say";
            if (m.Job[job].Runs != _starts[job] || m.Job[job].Runs > m.Job[job].MaxRuns) return "runs are not those started";
            for (var d = 1; d < Items; d++)
            {
                ref var grant = ref m.Grant[ConsortiumModel.GrantAt(job, d)];
                var bound = (_proposed[job].E >> d & 1) != 0;
                if (grant.Used != (bound ? _starts[job] : 0)) return "uses are not the runs started";
                if (grant.Used > grant.Uses) return "more uses than granted";
                if (grant.Live && _ended[job]) return "a grant outlives its job";
            }
        }

        return null;
    }

    private string? RunsAndHeads(ConsortiumModel m)
    {
        for (var run = 1; run <= ConsortiumModel.Runs; run++)
        {
            ref var r = ref m.Run[run];
            if (_stage[run] > ConsortiumModel.RunStage.Started && r.Stage != _stage[run]) return "a run leaves its last state";
            _stage[run] = r.Stage;
            var (equal, some, all) = (true, 0L, true);
            for (var o = 1; o < Parties; o++)
            {
                if ((_proposed[r.Job].F >> o & 1) == 0) continue;
                var opened = _opened[run * Parties + o];
                all &= opened != 0;
                equal &= opened == 0 || some == 0 || opened == some;
                if (opened != 0) some = opened;
            }

            if (r.Stage == ConsortiumModel.RunStage.Committed && !(all && equal)) return "a run is committed without all transcripts being equal";
            if (r.Stage == ConsortiumModel.RunStage.Disputed && equal) return "a dispute without two transcripts";
            if (r.Stage == ConsortiumModel.RunStage.Started && all) return "all have opened and the run is not ended";
        }

        for (var o = 1; o < Parties; o++)
            if (m.Head[o].Size != _head[o]) return "a head is not the largest of its checkpoints";
        return null;
    }

    private string? Members(ConsortiumModel m)
    {
        var operators = 0;
        for (var o = 1; o < Parties; o++)
        {
            ref var org = ref m.Org[o];
            if (Active(m, o, Role.Operator)) operators++;
            var live = 0;
            for (var d = 2 * o - 1; d <= 2 * o; d++)
                for (var job = 1; job < Items; job++)
                    if (m.Grant[ConsortiumModel.GrantAt(job, d)].Live) live++;
            if (live != org.LiveGrants) return "live grants are miscounted";
            if (live != 0 && !org.Roles.HasFlag(Role.Provider)) return "an organisation left with live grants";
            if (org.Administration != 0 && (m.Key[org.Administration].Role != Role.Administration || m.Key[org.Administration].Organisation != o))
                return "an organisation has lost its administration key";
        }

        if (operators != m.ActiveOperators) return "operators are miscounted";
        if (m.Quorum < 1 || m.Quorum > operators) return "nobody can reach the quorum";
        for (var k = 1; k <= ConsortiumModel.Keys; k++)
            if (m.Key[k].Organisation != _organisationOf[k]) return "a key changed its organisation";
        return null;
    }
}
