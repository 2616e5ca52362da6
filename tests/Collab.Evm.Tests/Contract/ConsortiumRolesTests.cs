using System.Text.RegularExpressions;
using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>The table of protocols/specs/contract.md, "Who may call what", cell by cell on the bytecode and on the model.</summary>
public sealed partial class ConsortiumRolesTests(ConsortiumFixture fixture) : IClassFixture<ConsortiumFixture>
{
    private const int Own = 2, Stranger = 30;

    private static readonly Role[] Columns = [Role.Provider, Role.Requester, Role.Algorithm, Role.Operator, Role.Auditor, Role.Administration];

    // Organisation 2 takes every role, so that only the key's own decides.
    private static readonly ContractCall[] EveryRole = Carried(0, 1, Own, (int)Role.Any | 256);

    private static readonly ContractCall Proposed = new(
        Operation.Propose, Key(Role.Requester), 1, Scenario.Plan, ConsortiumModel.IdOf(Own, 1), 1, 1L << Scenario.DatasetOfTwo, 1L << Own, 1, Scenario.Later, 3);

    private static readonly ContractCall[] Granted =
    [
        new(Operation.SetAlgorithm, Key(Role.Algorithm), 1, 3),
        Proposed,
        new(Operation.ApproveAlgorithm, Key(Role.Algorithm), Scenario.Job, Scenario.Plan, Scenario.DatasetOfTwo, 1),
        new(Operation.Approve, Key(Role.Provider), Scenario.Job, Scenario.Plan, Scenario.DatasetOfTwo, 1, 2, Scenario.Later),
    ];

    private static readonly ContractCall[] Started = [.. Granted, new(Operation.StartRun, Key(Role.Requester), Scenario.Job, 1, Scenario.Later)];

    /// <summary>For each row of the table a state in which the call is right for who may make it, and the call.</summary>
    private static readonly Dictionary<string, (ContractCall[] Before, ContractCall Call)> Situations = new()
    {
        ["nominate"] = ([], new(Operation.Nominate, 0, 25, (int)Role.Provider)),
        ["claim"] = ([new(Operation.Nominate, Scenario.Administration(Own), Stranger, (int)Role.Provider), new(Operation.Wait, 0, Scenario.KeyDelay)],
            new(Operation.Claim, 0, Own)),
        ["retire"] = ([new(Operation.Nominate, Scenario.Administration(Own), 25, (int)Role.Provider)], new(Operation.Retire, 0, 25)),
        ["openMotion"] = ([], new(Operation.OpenMotion, 0, 2, 3, 0, 1, 0, Scenario.Later)),
        ["vote"] = ([new(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 2, 3, 0, 1, 0, Scenario.Later)], new(Operation.Vote, 0, 2)),
        ["setDataset"] = ([], new(Operation.SetDataset, 0, 2, 4)),
        ["setAlgorithm"] = ([], new(Operation.SetAlgorithm, 0, 2, 4)),
        ["propose"] = (Granted[..1], Proposed),
        ["approve"] = (Granted[..3], Granted[3]),
        ["approveAlgorithm"] = (Granted[..2], Granted[2]),
        ["refuse"] = (Granted[..2], new(Operation.Refuse, 0, Scenario.Job, 1)),
        ["revoke"] = (Granted, new(Operation.Revoke, 0, Scenario.Job, Scenario.DatasetOfTwo)),
        ["close"] = (Granted, new(Operation.Close, 0, Scenario.Job)),
        ["close, time over"] = ([.. Granted, new(Operation.Wait, 0, Scenario.Later)], new(Operation.Close, 0, Scenario.Job)),
        ["startRun"] = (Granted, Started[^1]),
        ["commit"] = (Started, new(Operation.Commit, 0, Scenario.Run, 5, 6, 7, 8)),
        ["open"] = ([.. Started, new(Operation.Commit, Key(Role.Provider), Scenario.Run, 5, 6, 7, 8)], new(Operation.Open, 0, Scenario.Run, 9)),
        ["abort"] = (Started, new(Operation.Abort, 0, Scenario.Run, 1)),
        ["expire"] = ([.. Started, new(Operation.Wait, 0, Scenario.Later)], new(Operation.Expire, 0, Scenario.Run)),
        ["checkpoint"] = ([], new(Operation.Checkpoint, 0, 1, 1)),
    };

    [Fact]
    public void The_table_has_a_row_for_every_function_that_changes_the_contract()
    {
        Assert.Equal(Situations.Keys, Table().Select(row => row.Name));
        var functions = ConsortiumBuild.Json["abi"]!.AsArray()
            .Where(item => (string)item!["type"]! == "function" && (string)item["stateMutability"]! == "nonpayable").Select(item => (string)item!["name"]!);
        Assert.Equal(functions.Order(StringComparer.Ordinal), Situations.Keys.Select(name => name.Split(',')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain("payable\"", ConsortiumBuild.Text.Replace("nonpayable\"", "", StringComparison.Ordinal), StringComparison.Ordinal); // no ether
    }

    [Fact]
    public async Task Every_cell_of_the_table_is_so()
    {
        foreach (var row in Table())
        {
            var (before, call) = Situations[row.Name];
            ContractCall[] start = [.. EveryRole, .. before];
            foreach (var (role, may) in Columns.Zip(row.Roles))
            {
                var none = (row.Name, role) switch
                {
                    ("claim", _) => Refusal.Unknown, // no nomination
                    ("close", not Role.Administration) => Refusal.NotYours, // not yet
                    _ => Refusal.WrongRole,
                };
                await fixture.ExpectAsync([.. Steps(start), new(call with { Sender = Key(role) }, may ? Refusal.None : none)]);
            }

            var allowed = call with { Sender = row.Name == "claim" ? Stranger : Key(Columns[row.Roles.IndexOf(true)]) };
            if (row.Name != "claim") await fixture.ExpectAsync([.. Steps(start), new(call with { Sender = Stranger }, Refusal.UnknownKey)]);
            else await fixture.ExpectAsync(Steps([.. start, allowed]));
            var motion = row.Name is "vote" ? 3 : 2;
            if (row.Name is not ("vote" or "openMotion"))
                await fixture.ExpectAsync([.. Steps([.. start, .. Carried(motion, 2, 0, 1)]), new(allowed, row.Paused ? Refusal.None : Refusal.Paused)]);
            await fixture.ExpectAsync([
                .. Steps([.. start, .. Carried(motion, 1, Own, (int)Role.Any)]),
                new(row.Name == "openMotion" ? allowed with { A = 3 } : allowed, row.Suspended ? Refusal.None : Refusal.Inactive)]);
        }
    }

    private static int Key(Role role) => role == Role.Administration ? Scenario.Administration(Own) : Scenario.Key(Own, role);

    private static IEnumerable<Step> Steps(IEnumerable<ContractCall> calls) => calls.Select(c => (Step)c);

    private static ContractCall[] Carried(int motion, int kind, int subject, int value) =>
    [
        new(Operation.OpenMotion, Scenario.Key(1, Role.Operator), Math.Max(1, motion), kind, subject, value, 0, 2 * Scenario.Later),
        new(Operation.Vote, Scenario.Key(3, Role.Operator), Math.Max(1, motion)),
    ];

    private static IEnumerable<(string Name, List<bool> Roles, bool Paused, bool Suspended)> Table() =>
        from line in File.ReadLines(ConsortiumBuild.Specification)
        let match = RowPattern().Match(line)
        where match.Success
        let cells = match.Groups["cell"].Captures.Select(c => c.Value switch
        {
            "yes" => true,
            "–" => false,
            _ => throw new InvalidDataException(line),
        }).ToList()
        select (match.Groups["name"].Value.Replace("`", "", StringComparison.Ordinal), cells[..6], cells[6], cells[7]);

    [GeneratedRegex(@"^\| (?<name>`\w+`[^|]*) (\| (?<cell>yes|–) ){8}\|")]
    private static partial Regex RowPattern();
}
