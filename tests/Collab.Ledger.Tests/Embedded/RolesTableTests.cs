using System.Text.RegularExpressions;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Ledger.Tests.Embedded;

/// <summary>
/// The table of protocols/specs/contract.md, "Who may call what", cell by cell on embedded ledgers that witness each other: open, paused, and with the
/// caller suspended. Each cell twice: by a node that obeys, and by one that was changed so that it believes to have every role.
/// </summary>
public sealed partial class RolesTableTests
{
    private const int Caller = 0, First = 1, Second = 2; // the other two, and a fourth that only witnesses, have every role
    private static readonly MemberRoles[] Columns = [MemberRoles.Provider, MemberRoles.Requester, MemberRoles.Algorithm, MemberRoles.Operator, MemberRoles.Auditor];
    private static readonly Digest Any = Digest.Sha256("any"u8);

    /// <summary>For each operation of the table one that is right in all else.</summary>
    private static readonly Dictionary<string, Func<OperationStamp, LedgerOperation.OpenMotion, LedgerOperation>> Calls = new()
    {
        ["OpenMotion"] = (s, _) => new LedgerOperation.OpenMotion(s.Author, s.Id, s.Time, s.Heads, s.Id, new MotionChange.Quorum(2), s.Time.AddHours(1)),
        ["Vote"] = (s, motion) => new LedgerOperation.Vote(s.Author, s.Id, s.Time, s.Heads, motion.Job, Motion.DigestOf(motion)),
        ["Propose"] = (s, _) => new LedgerOperation.Propose(s.Author, s.Id, s.Time, s.Heads, s.Id, [new(s.Author, Any)], [s.Author], s.Time.AddDays(1), 1),
        ["Approve"] = (s, _) => new LedgerOperation.Approve(s.Author, s.Id, s.Time, s.Heads, s.Id, Any, Any, s.Time.AddDays(1), 1),
        ["Refuse"] = (s, _) => new LedgerOperation.Refuse(s.Author, s.Id, s.Time, s.Heads, s.Id, "policy.purpose"),
        ["Revoke"] = (s, _) => new LedgerOperation.Revoke(s.Author, s.Id, s.Time, s.Heads, s.Id),
        ["StartRun"] = (s, _) => new LedgerOperation.StartRun(s.Author, s.Id, s.Time, s.Heads, s.Id, Any, s.Time.AddHours(1)),
        ["Commit"] = (s, _) => new LedgerOperation.Commit(s.Author, s.Id, s.Time, s.Heads, s.Id, Any, Any),
        ["Abort"] = (s, _) => new LedgerOperation.Abort(s.Author, s.Id, s.Time, s.Heads, s.Id, Any, "run.unexpected", null, null),
        ["Spend"] = (s, _) => new LedgerOperation.Spend(s.Author, s.Id, s.Time, s.Heads, s.Id, Any, Any, 1),
        ["RegisterConsents"] = (s, _) => new LedgerOperation.RegisterConsents(s.Author, s.Id, s.Time, s.Heads, s.Id, 1, 1, Any),
        ["RegisterAlgorithm"] = (s, _) => new LedgerOperation.RegisterAlgorithm(s.Author, s.Id, s.Time, s.Heads, s.Id, 1, Any),
        ["ApproveAlgorithm"] = (s, _) => new LedgerOperation.ApproveAlgorithm(s.Author, s.Id, s.Time, s.Heads, s.Id, Any, 1),
        ["Endorse"] = (s, _) => new LedgerOperation.Endorse(s.Author, s.Id, s.Time, s.Heads, s.Id, s.Time.AddDays(1)),
        ["DeclareRefusal"] = (s, _) => new LedgerOperation.DeclareRefusal(s.Author, s.Id, s.Time, s.Heads, s.Id, null, "grant.missing", s.Author),
        ["Attest"] = (s, _) => new LedgerOperation.Attest(s.Author, s.Id, s.Time, s.Heads, s.Id, s.Id, 1, Any, s.Time.AddDays(1)),
        ["RevokeRecord"] = (s, _) => new LedgerOperation.RevokeRecord(s.Author, s.Id, s.Time, s.Heads, s.Id, Any, "record.mistaken"),
        ["RecordChecked"] = (s, _) => new LedgerOperation.RecordChecked(s.Author, s.Id, s.Time, s.Heads, s.Id, 1, Any),
    };

    private enum State
    {
        Open,
        Paused,
        Suspended,
    }

    [Fact]
    public void The_table_has_a_row_for_every_operation()
    {
        Assert.Equal(Calls.Keys.Order(StringComparer.Ordinal), Table().Select(row => row.Operation).Order(StringComparer.Ordinal));
        Assert.Equal(
            typeof(LedgerOperation).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal), Calls.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(MemberRoles.Provider)]
    [InlineData(MemberRoles.Requester)]
    [InlineData(MemberRoles.Algorithm)]
    [InlineData(MemberRoles.Operator)]
    [InlineData(MemberRoles.Auditor)]
    [InlineData(MemberRoles.None)]
    public async Task Every_cell_of_the_table_is_so(MemberRoles role)
    {
        foreach (var obeys in new[] { true, false })
        {
            // Of three or four operators two carry a motion, so that the caller's suspension leaves a quorum.
            Standing Founding(MemberRoles caller) => Standing.Found(Enumerable.Range(0, 4).Select(i => (Consortium.Party(i), i == Caller ? caller : MemberRoles.All)), 2);
            await using var members = new Members(4, founding: i => i == Caller && !obeys
                ? Founding(MemberRoles.All) with { Quorum = 4 } // no motion of two ever holds for it
                : Founding(role));
            await members.StartAllAsync();
            foreach (var state in Enum.GetValues<State>())
            {
                if (state == State.Suspended) await CarryAsync(members, new MotionChange.Pause(false));
                var change = state switch
                {
                    State.Paused => new MotionChange.Pause(true),
                    State.Suspended => new MotionChange.Member(Consortium.Party(Caller), role, false),
                    _ => (MotionChange?)null,
                };
                if (change is not null) await CarryAsync(members, change);
                foreach (var row in Table()) await CallAsync(members, row, role, state, obeys);
            }
        }
    }

    private static async Task CallAsync(Members members, Row row, MemberRoles role, State state, bool obeys)
    {
        var motion = row.Operation == "Vote" ? await OpenAsync(members, new MotionChange.Quorum(2)) : null!; // whatever the votes, it changes nothing
        var expected = (row.Roles & role) == 0 ? GovernanceErrors.RoleMissing
            : state == State.Suspended && !row.Suspended ? GovernanceErrors.Suspended
            : state == State.Paused && !row.Paused ? GovernanceErrors.Paused
            : null;
        var cell = $"{row.Operation}, {role}, {state}, {(obeys ? "obeying" : "changed")}";
        LedgerOperation? said = null;
        try
        {
            said = await members[Caller].AppendAsync(s => Calls[row.Operation](s, motion), CancellationToken.None);
        }
        catch (CollabException refused)
        {
            Assert.True(obeys && refused.Code == expected, $"{cell}: {refused.Code}");
            Assert.Equal(Consortium.Party(Caller), refused.Party);
            Assert.Contains(expected == GovernanceErrors.Paused ? row.Operation : refused.Party!.Name, refused.Message, StringComparison.Ordinal);
            return;
        }

        Assert.True(!obeys || expected is null, $"{cell}: said");
        await members[Caller].WaitForFinalityAsync(said, CancellationToken.None);
        await SeenByAsync(members, First, Caller);
        var counts = said switch
        {
            LedgerOperation.OpenMotion => members[First].Motions.Any(m => m.Opened.Id == said.Id),
            LedgerOperation.Vote => members[First].Motions.Single(m => m.Opened.Id == motion.Id).Votes.Contains(said.Author),
            _ => members[First].Page(said.Job).Operations.Any(o => o.Id == said.Id),
        };
        Assert.True(counts == expected is null, $"{cell}: counts {counts}");
    }

    private static async Task<LedgerOperation.OpenMotion> OpenAsync(Members members, MotionChange change)
    {
        var motion = await members[First].AppendAsync(
            s => new LedgerOperation.OpenMotion(s.Author, s.Id, s.Time, s.Heads, s.Id, change, s.Time.AddDays(1)), CancellationToken.None);
        await members[First].WaitForFinalityAsync(motion, CancellationToken.None);
        await SeenByAsync(members, Caller, First);
        await SeenByAsync(members, Second, First);
        return motion;
    }

    private static async Task CarryAsync(Members members, MotionChange change)
    {
        var motion = await OpenAsync(members, change);
        var vote = await members[Second].AppendAsync(
            s => new LedgerOperation.Vote(s.Author, s.Id, s.Time, s.Heads, motion.Job, Motion.DigestOf(motion)), CancellationToken.None);
        await members[Second].WaitForFinalityAsync(vote, CancellationToken.None);
        await SeenByAsync(members, Caller, Second);
        await SeenByAsync(members, First, Second);
        Assert.True(members[First].Motions.Single(m => m.Opened.Id == motion.Id).Carried);
    }

    private static async Task SeenByAsync(Members members, int who, int whom)
    {
        await members.UntilAsync(who, l => l.LogOf(Consortium.Party(whom)).Final?.Size == members[whom].Size.Size);
        _ = members[who].PageWithPending(Any); // a witness stores a log before it counts what is in it; a page with the pending counts all that is stored
    }

    // Where an operation has several rows, any of them will do; what they say of pause and suspension is the same.
    private static IEnumerable<Row> Table() => Rows().GroupBy(row => row.Operation).Select(rows => rows.Aggregate((all, row) =>
    {
        Assert.Equal((all.Paused, all.Suspended), (row.Paused, row.Suspended));
        return all with { Roles = all.Roles | row.Roles };
    }));

    private static IEnumerable<Row> Rows() =>
        from line in File.ReadLines(Specification)
        let match = RowPattern().Match(line)
        where match.Success
        let cells = match.Groups["cell"].Captures.Select(c => c.Value == "yes").ToList()
        select new Row(
            match.Groups["operation"].Value, Columns.Where((_, i) => cells[i]).Aggregate(MemberRoles.None, (all, role) => all | role), cells[6], cells[7]);

    private static string Specification => Path.Combine(RepositoryRoot, "protocols", "specs", "contract.md");

    private static string RepositoryRoot
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Collab.sln"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }

    [GeneratedRegex(@"^\| [^|]+ (\| (?<cell>yes|–) ){8}\| `(?<operation>\w+)` \|")]
    private static partial Regex RowPattern();

    private sealed record Row(string Operation, MemberRoles Roles, bool Paused, bool Suspended);
}
