using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests.Runs;

/// <summary>Random tables, keys and rules: what is told is what the definition of a match says (protocols/specs/intersection.md), row by row.</summary>
public sealed class IntersectionOracleTests : IDisposable
{
    private const int Cases = 100;
    private const int CasesWithSetUp = 20;

    private const string Where = "c <> 'v1'";

    private readonly TwoOwners _owners = new();

    public static TheoryData<string, string, bool> Protocols => new(
        IntersectionProtocol.All
            .SelectMany(p => Enum.GetValues<SecurityModel>().Select(security => (Protocol: p, Security: security)))
            .Where(c => c.Protocol.Does(new IntersectionQuestion(KeyRule.Default), c.Security, 2) && c.Protocol.Name != IntersectionProtocol.UnbalancedName) // that has one receiver and one key, and tests of its own
            .Select(c => (
                c.Protocol.Family.ToString().ToLowerInvariant(), c.Security == SecurityModel.Malicious ? "malicious" : "semi-honest",
                c.Protocol.Name == IntersectionProtocol.StreamedVoleName)));

    public void Dispose() => _owners.Dispose();

    [Theory, MemberData(nameof(Protocols))]
    public async Task What_is_told_is_what_the_definition_says(string protocol, string security, bool isStreamed)
    {
        var said = isStreamed ? $", rows: {IntersectionProtocol.LargestInMemory + 1}" : ""; // the plan goes by what is said, not by what is there
        for (var seed = 0; seed < (protocol == "ecdh" ? Cases : CasesWithSetUp); seed++)
        {
            var random = RandomSource.Seeded(seed);
            var tables = new Dictionary<PartyId, List<string[]>> { [Plans.Al] = Table(random), [Plans.Bo] = Table(random) };
            foreach (var (owner, table) in tables) await _owners.OfferAsync(owner, [.. table.Select(row => string.Join(',', row)).Prepend("a,b,c")]);
            string[][] keys = Below(random, 3) switch { 0 => [["a"]], 1 => [["a"], ["b", "c"]], _ => [["a"], ["b"], ["a", "c"]] };
            var all = Below(random, 2) == 0;
            var receivers = Below(random, 3) switch { 0 => new[] { Plans.Al }, 1 => [Plans.Bo], _ => [Plans.Al, Plans.Bo] };
            var differences = all && Below(random, 2) == 0;
            var filtered = new[] { Plans.Al, Plans.Bo }.Where(_ => Below(random, 3) == 0).ToList();
            var wheres = tables.Keys.ToDictionary(owner => owner, owner => filtered.Contains(owner) ? $", where: \"{Where}\"" : "");
            var list = string.Join(", ", keys.Select(key => $"[{string.Join(", ", key)}]"));
            var plan = _owners.Plan($$"""
                kind: intersection
                purpose: test
                parties: [{ name: al, dataset: table, keys: [{{list}}]{{said}}{{wheres[Plans.Al]}} }, { name: bo, dataset: table, keys: [{{list}}]{{said}}{{wheres[Plans.Bo]}} }]
                receivers: [{{string.Join(", ", receivers)}}]
                security: {{security}}
                parameters: { protocol: {{protocol}}, duplicate: {{(all ? "all" : "first")}}, reveal: {{(differences ? "differences" : "rows")}} }
                """);
            Assert.Equal(isStreamed, plan.Protocol == IntersectionProtocol.StreamedVoleName);
            var run = await _owners.RunAsync(plan);
            foreach (var owner in filtered) tables[owner] = [.. tables[owner].Select(row => row[2] is "" or "v1" ? ["", "", ""] : row)]; // a row that is left out is as one without a key
            foreach (var receiver in receivers)
            {
                var other = receiver == Plans.Al ? Plans.Bo : Plans.Al;
                Assert.True(
                    Expected(tables[receiver], tables[other], keys, all, differences).SequenceEqual(Told(run.Results[receiver]!)),
                    $"Seed {seed} at {receiver}, keys {list}.");
            }
        }
    }

    // For each row of the receiver the alternatives by which it matches, as "row: 1 2".
    private static IEnumerable<string> Expected(List<string[]> own, List<string[]> other, string[][] keys, bool all, bool differences)
    {
        for (var row = 0; row < own.Count; row++)
        {
            var by = new List<int>();
            var hasKey = false;
            for (var k = 0; k < keys.Length; k++)
            {
                if (KeyOf(own[row], keys[k]) is not { } key) continue;
                hasKey = true;
                var isFirst = own.FindIndex(r => KeyOf(r, keys[k]) == key) == row;
                if ((all || isFirst) && other.Exists(r => KeyOf(r, keys[k]) == key)) by.Add(k + 1);
            }

            if (hasKey && (differences ? by.Count < keys.Length : by.Count > 0)) yield return $"{row + 1}: {string.Join(' ', by)}";
        }
    }

    private static IEnumerable<string> Told(JobResult result) => result switch
    {
        JobResult.Intersection plain => plain.Matches.Select(m => $"{m.Row}: 1"),
        JobResult.LinkedRows linked => linked.Rows.Select(r => $"{r.Row}: {string.Join(' ', r.By)}"),
        JobResult.Differences differences => differences.Rows.Select(r => $"{r.Row}: {string.Join(' ', r.By)}"),
        _ => throw new ArgumentException(result.GetType().Name),
    };

    private static string? KeyOf(string[] row, string[] columns)
    {
        var parts = columns.Select(column => row[column[0] - 'a']).ToList();
        return parts.Exists(part => part.Length == 0) ? null : string.Join('|', parts);
    }

    private static List<string[]> Table(RandomSource random) => [.. Enumerable.Range(0, Below(random, 12)).Select(_ =>
        Enumerable.Range(0, 3).Select(_ => Below(random, 4) is > 0 and var value ? $"v{value}" : "").ToArray())];

    private static int Below(RandomSource random, int bound) => (int)(random.NextUInt64() % (ulong)bound);
}
