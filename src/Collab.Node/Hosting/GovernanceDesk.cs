using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>What this node answers its operator of roles, motions and votes (protocols/specs/governance.md).</summary>
internal sealed class GovernanceDesk(NodeParts parts)
{
    private const int ShortestPrefix = 6;

    public async Task<GovernanceView> OpenAsync(OpenMotionRequest request, CancellationToken cancellation)
    {
        var change = ChangeOf(request);
        var opened = await parts.Ledger.AppendAsync(
            s => new LedgerOperation.OpenMotion(s.Author, s.Id, s.Time, s.Heads, s.Id, change, request.Closes), cancellation);
        await parts.Ledger.WaitForFinalityAsync(opened, cancellation);
        return View();
    }

    public async Task<GovernanceView> VoteAsync(VoteRequest request, CancellationToken cancellation)
    {
        var found = request.Motion.Length < ShortestPrefix
            ? []
            : parts.Ledger.Motions.Where(m => m.Digest.ToString().StartsWith(request.Motion, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        if (found is not [var motion])
        {
            throw new CollabException(GovernanceErrors.MotionUnknown, found.Count == 0
                ? $"{parts.Self} knows no motion that begins with these digits (at least {ShortestPrefix})."
                : "More than one motion begins with these digits.");
        }

        var vote = await parts.Ledger.AppendAsync(
            s => new LedgerOperation.Vote(s.Author, s.Id, s.Time, s.Heads, motion.Opened.Job, motion.Digest), cancellation);
        await parts.Ledger.WaitForFinalityAsync(vote, cancellation);
        return View();
    }

    public GovernanceView View()
    {
        var (standing, now) = (parts.Ledger.Standing, parts.Clock.GetUtcNow());
        return new(
            [.. standing.Members.OrderBy(m => m.Key).Select(m => new MemberView(m.Key.Name, RoleText.Names(m.Value.Roles), m.Value.Active) { Keys = KeysOf(m.Key) })],
            standing.Quorum, standing.Paused, standing.Successor?.ToString(), standing.OwnApprovalForbidden,
            [.. parts.Ledger.Motions.Reverse().Select(m => new MotionView(
                m.Digest.ToString(), m.Opened.Author.Name, TextOf(m.Opened.Change), m.Opened.Time, m.Opened.Closes, [.. m.Votes.Select(v => v.Name)],
                m.Carried ? "carried" : m.IsOpen(now) ? "open" : "lapsed"))]);
    }

    private MemberKeysView? KeysOf(PartyId party) => parts.Consortium.Members.FirstOrDefault(m => m.Party == party) is { } card
        ? new MemberKeysView([.. card.CertificatePins.Select(pin => pin.ToString())], card.LogKey, card.WitnessKey, parts.ExpiryOf(party))
        : null;

    private MotionChange ChangeOf(OpenMotionRequest request)
    {
        var changes = new List<MotionChange>();
        if (request.Member is { } name)
        {
            var subject = PartyId.TryParse(name) ?? throw Invalid($"'{name}' is no name of a party.");
            var now = parts.Ledger.Standing.Of(subject);
            changes.Add(new MotionChange.Member(subject, request.Roles is { } roles ? RolesOf(roles) : now.Roles, request.Active ?? now.Active));
        }

        if (request.Paused is { } paused) changes.Add(new MotionChange.Pause(paused));
        if (request.Quorum is { } quorum) changes.Add(quorum >= 1 ? new MotionChange.Quorum(quorum) : throw Invalid("A quorum is one vote at least."));
        if (request.Successor is { } digits)
        {
            changes.Add(digits.Length == 2 * Digest.Size && digits.All(char.IsAsciiHexDigit)
                ? new MotionChange.Successor(Digest.Parse(digits))
                : throw Invalid("A successor is named by 64 hexadecimal digits."));
        }

        return changes is [var one] ? one : throw Invalid("A motion makes one change.");
    }

    private static MemberRoles RolesOf(IReadOnlyList<string> names) => names.Aggregate(MemberRoles.None, (all, name) => all | (RoleText.TryParse(name)
        ?? throw Invalid($"'{name}' is no role: provider, requester, algorithm, operator, auditor.")));

    private static string TextOf(MotionChange change) => change switch
    {
        MotionChange.Member m => $"{m.Subject}: {RoleText.Of(m.Roles)}{(m.Active ? "" : "; suspended")}",
        MotionChange.Pause p => p.Paused ? "pause" : "end the pause",
        MotionChange.Quorum q => $"quorum {q.Votes}",
        MotionChange.Successor s => $"successor {s.File}",
        _ => change.GetType().Name,
    };

    private static CollabException Invalid(string message) => new(GovernanceErrors.MotionInvalid, message);
}
