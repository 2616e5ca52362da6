using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>Members.sol.</summary>
public sealed partial class ConsortiumModel
{
    public struct OrganisationState { public int Administration; public Role Roles; public bool Active, Exists; public int Term, LiveGrants; }
    public struct KeyState { public int Organisation; public Role Role; }
    public struct NominationState { public Role Role; public long ReadyAt; }
    public struct MotionState { public long Kind; public int Subject; public long Value; public int Key; public long ClosesAt; public bool Carried; }

    public readonly OrganisationState[] Org = new OrganisationState[Organisations + 1];
    public readonly KeyState[] Key = new KeyState[Keys + 1];
    public readonly NominationState[] Nomination = new NominationState[(Organisations + 1) * (Keys + 1)];
    public readonly MotionState[] Motion = new MotionState[Motions + 1];
    public readonly int[] VotedInTerm = new int[(Motions + 1) * (Organisations + 1)];

    public int MotionCount, ActiveOperators, Successor;
    public long Quorum, KeyDelay;
    public bool IsPaused;

    public static int At(int organisation, int key) => organisation * (Keys + 1) + key;

    public static int VoteAt(long motion, int organisation) => (int)motion * (Organisations + 1) + organisation;

    /// <summary>The founders, as the constructor takes them.</summary>
    public void Deploy(ReadOnlySpan<(int Organisation, Role Roles, int Administration)> founders, long quorum, long keyDelay)
    {
        KeyDelay = keyDelay;
        Quorum = quorum;
        foreach (var (organisation, roles, administration) in founders) SetOrganisation(organisation, roles, true, administration);
        Emit(EventKind.QuorumChanged, quorum);
    }

    // ---- who calls

    private Refusal Member(int sender, Role roles, out int organisation)
    {
        var why = Holder(sender, roles, out organisation);
        return why != Refusal.None || Org[organisation].Active ? why : Refusal.Inactive;
    }

    private Refusal Holder(int sender, Role roles, out int organisation)
    {
        ref var key = ref Key[sender];
        organisation = key.Organisation;
        if (key.Role == Role.None) return Refusal.UnknownKey;
        var held = key.Role == Role.Administration ? key.Role : key.Role & Org[organisation].Roles;
        return (held & roles) == 0 ? Refusal.WrongRole : Refusal.None;
    }

    private bool Has(int organisation, Role roles) => Org[organisation].Active && (Org[organisation].Roles & roles) != 0;

    private bool IsOpen => !IsPaused && Successor == 0;

    private Refusal OpenMember(int sender, Role roles, out int organisation)
    {
        organisation = 0;
        return IsOpen ? Member(sender, roles, out organisation) : Refusal.Paused;
    }

    // ---- keys

    private Refusal Nominate(int sender, int key, Role role)
    {
        var why = Member(sender, Role.Administration, out var organisation);
        if (why != Refusal.None) return why;
        if (role is not (Role.Provider or Role.Requester or Role.Algorithm or Role.Operator or Role.Auditor or Role.Administration))
            return Refusal.Malformed;
        if (Key[key].Organisation != 0) return Refusal.Exists;
        return Nominated(organisation, key, role, Now + KeyDelay);
    }

    private Refusal Claim(int sender, int organisation)
    {
        var nomination = Nomination[At(organisation, sender)];
        if (nomination.Role == Role.None) return Refusal.Unknown;
        if (Key[sender].Organisation != 0) return Refusal.Exists;
        if (Now < nomination.ReadyAt) return Refusal.TooEarly;
        ref var o = ref Org[organisation];
        if (!o.Active) return Refusal.Inactive;
        Nomination[At(organisation, sender)] = default;
        if (nomination.Role == Role.Administration)
        {
            if (o.Administration != 0) Retired(organisation, o.Administration);
            o.Administration = sender;
        }

        Key[sender] = new() { Organisation = organisation, Role = nomination.Role };
        return Emit(EventKind.KeyChanged, organisation, sender, (long)nomination.Role);
    }

    private Refusal Retire(int sender, int key)
    {
        var why = Member(sender, Role.Administration, out var organisation);
        if (why != Refusal.None) return why;
        var nominated = Nomination[At(organisation, key)].Role != Role.None;
        var held = Key[key].Organisation == organisation && Key[key].Role != Role.None;
        if (!nominated && !held) return Refusal.Unknown;
        if (key == sender) return Refusal.WrongState;
        if (nominated) Nominated(organisation, key, Role.None, 0);
        return held ? Retired(organisation, key) : Refusal.None;
    }

    private Refusal Retired(int organisation, int key)
    {
        Key[key].Role = Role.None;
        return Emit(EventKind.KeyChanged, organisation, key, 0);
    }

    private Refusal Nominated(int organisation, int key, Role role, long readyAt)
    {
        Nomination[At(organisation, key)] = new() { Role = role, ReadyAt = readyAt };
        return Emit(EventKind.KeyNominated, organisation, key, (long)role, readyAt);
    }

    // ---- motions

    private Refusal OpenMotion(int sender, long motion, long kind, int subject, long value, int key, long closesAt)
    {
        var why = Member(sender, Role.Operator, out var organisation);
        if (why != Refusal.None) return why;
        if (motion != MotionCount + 1) return Refusal.Exists;
        if (closesAt <= Now) return Refusal.TooLate;
        if (closesAt > Now + MaxDelay) return Refusal.TooMuch;
        var wellFormed = kind switch
        {
            1 => subject != 0 && (value & 0xff) <= (long)Role.Any && value >> 8 <= 1,
            2 => subject == 0 && value <= 1 && key == 0,
            3 => subject == 0 && value != 0 && key == 0,
            4 => subject == 0 && value == 0 && key != 0,
            _ => false,
        };
        if (!wellFormed) return Refusal.Malformed;
        var m = new MotionState { Kind = kind, Subject = subject, Value = value, Key = key, ClosesAt = closesAt };
        if (Quorum == 1 && WhyNotCarry(m) is var whyNot and not Refusal.None) return whyNot;
        Motion[motion] = m;
        MotionCount = (int)motion;
        Emit(EventKind.MotionOpened, motion, organisation, kind, subject, value, key, closesAt);
        return Voted(motion, organisation);
    }

    private Refusal CastVote(int sender, long motion)
    {
        var why = Member(sender, Role.Operator, out var organisation);
        if (why != Refusal.None) return why;
        if (motion < 1 || motion > MotionCount) return Refusal.Unknown;
        ref var m = ref Motion[motion];
        if (m.Carried) return Refusal.WrongState;
        if (Now > m.ClosesAt) return Refusal.TooLate;
        if (VotedInTerm[VoteAt(motion, organisation)] == Org[organisation].Term + 1) return Refusal.Exists;
        if (Tally(motion) + 1 >= Quorum && WhyNotCarry(m) is var whyNot and not Refusal.None) return whyNot;
        return Voted(motion, organisation);
    }

    /// <summary>Votes of organisations that have been active operators ever since they voted.</summary>
    public int Tally(long motion)
    {
        var count = 0;
        for (var o = 1; o <= Organisations; o++)
            if (Has(o, Role.Operator) && VotedInTerm[VoteAt(motion, o)] == Org[o].Term + 1) count++;
        return count;
    }

    private Refusal Voted(long motion, int organisation)
    {
        VotedInTerm[VoteAt(motion, organisation)] = Org[organisation].Term + 1;
        Emit(EventKind.MotionVoted, motion, organisation);
        if (Tally(motion) < Quorum) return Refusal.None;
        ref var m = ref Motion[motion];
        m.Carried = true;
        Emit(EventKind.MotionCarried, motion);
        switch (m.Kind)
        {
            case 1:
                return SetOrganisation(m.Subject, (Role)(m.Value & 0xff), m.Value >> 8 == 1, m.Key);
            case 2:
                IsPaused = m.Value == 1;
                return Emit(EventKind.Paused, m.Value);
            case 3:
                Quorum = m.Value;
                return Emit(EventKind.QuorumChanged, m.Value);
            default:
                Successor = m.Key;
                return Emit(EventKind.SuccessorSet, m.Key);
        }
    }

    private Refusal WhyNotCarry(in MotionState m)
    {
        if (m.Kind == 3) return m.Value <= ActiveOperators ? Refusal.None : Refusal.Unreachable;
        if (m.Kind != 1) return Refusal.None;
        var (roles, active) = ((Role)(m.Value & 0xff), m.Value >> 8 == 1);
        ref var o = ref Org[m.Subject];
        if (!o.Exists && (m.Key == 0 || !active)) return Refusal.Malformed;
        if ((roles & Role.Provider) == 0 && o.LiveGrants != 0) return Refusal.LiveGrants;
        if (m.Key != 0 && Key[m.Key].Organisation != 0) return Refusal.Exists;
        var operators = ActiveOperators - (Has(m.Subject, Role.Operator) ? 1 : 0) + (active && (roles & Role.Operator) != 0 ? 1 : 0);
        return Quorum <= operators ? Refusal.None : Refusal.Unreachable;
    }

    private Refusal SetOrganisation(int organisation, Role roles, bool active, int administration)
    {
        ref var o = ref Org[organisation];
        var (was, becomes) = (Has(organisation, Role.Operator), active && (roles & Role.Operator) != 0);
        if (was && !becomes) o.Term++;
        ActiveOperators += (becomes ? 1 : 0) - (was ? 1 : 0);
        (o.Exists, o.Roles, o.Active) = (true, roles, active);
        Emit(EventKind.OrgChanged, organisation, (long)roles, active ? 1 : 0);
        return administration == 0
            ? Refusal.None
            : Nominated(organisation, administration, Role.Administration, Now + (o.Administration == 0 ? 0 : KeyDelay));
    }
}
