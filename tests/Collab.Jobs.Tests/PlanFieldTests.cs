using System.Collections;
using System.Text.RegularExpressions;
using Collab.Primitives;

namespace Collab.Jobs.Tests;

using static Fixture;

/// <summary>A grant is for exactly one plan: whatever field is changed, the digest is another and no run starts.</summary>
public sealed class PlanFieldTests
{
    public static TheoryData<string> Statistics => [.. Changes(Plan()).Keys];

    public static TheoryData<string> Intersection => [.. Changes(IntersectionPlan()).Keys];

    [Theory, MemberData(nameof(Statistics))]
    public void A_statistics_plan_with_one_field_changed_is_refused(string field) => RefusesOnlyTheChanged(Plan(), field);

    [Theory, MemberData(nameof(Intersection))]
    public void An_intersection_plan_with_one_field_changed_is_refused(string field) => RefusesOnlyTheChanged(IntersectionPlan(), field);

    public static TheoryData<string> Join => [.. Changes(FullPlan(JoinOf)).Keys];

    public static TheoryData<string> Aggregates => [.. Changes(FullPlan(AggregatesOf)).Keys];

    [Theory, MemberData(nameof(Join))]
    public void A_join_plan_with_one_field_changed_is_refused(string field) => RefusesOnlyTheChanged(FullPlan(JoinOf), field);

    [Theory, MemberData(nameof(Aggregates))]
    public void An_aggregates_plan_with_one_field_changed_is_refused(string field) => RefusesOnlyTheChanged(FullPlan(AggregatesOf), field);

    [Fact]
    public void Whatever_is_told_of_an_intersection_has_a_digest_of_its_own()
    {
        Reveal[] all = [new Reveal.Rows(), new Reveal.Differences(), new Reveal.Cardinality(), AggregatesOf, JoinOf, new Reveal.Changes(), new Reveal.Holders()];
        Assert.Equal(all.Length, all.Select(reveal => FullPlan(reveal).Digest).Distinct().Count());
        Assert.Equal(Reveal.Names, all.Select(reveal => reveal.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_standing_plan_names_no_version_and_any_other_names_all(bool isChanges)
    {
        var standing = FullPlan(isChanges ? new Reveal.Changes() : new Reveal.Holders());
        standing = standing with { Inputs = [.. standing.Inputs.Select(i => i with { Version = default })] };
        Assert.Equal(standing.Encode(), Jobs.Plan.Decode(standing.Encode()).Encode());
        Assert.All(standing.Inputs, input => Assert.True(input.Admits(input.DatasetId) && !input.Admits(default)));
        Assert.All(FullPlan(JoinOf).Inputs, input => Assert.True(input.Admits(input.Version) && !input.Admits(input.DatasetId) && !input.Admits(default)));
        foreach (var version in new[] { default, standing.Inputs[0].DatasetId })
        {
            var wrong = (version == default ? FullPlan(JoinOf) : standing) with { Inputs = [standing.Inputs[0] with { Version = version }, .. standing.Inputs.Skip(1)] };
            Assert.Throws<MalformedException>(() => Jobs.Plan.Decode(wrong.Encode()));
        }
    }

    [Fact]
    public void A_plain_intersection_has_the_short_encoding_and_no_other()
    {
        byte[] With(int bandwidth) => (IntersectionPlan() with { Question = new IntersectionQuestion(KeyRule.Default) { Bandwidth = bandwidth } }).Encode();
        var longer = With(1);
        var at = Assert.Single(longer.Index(), entry => entry.Item != With(2)[entry.Index]).Index;
        longer[at] = 0;
        Assert.True(With(0).Length < longer.Length);
        Assert.Throws<MalformedException>(() => Jobs.Plan.Decode(longer));
    }

    [Fact]
    public void Statistics_without_guards_have_the_short_encoding_and_no_other()
    {
        byte[] With(DominanceRule? rule) => (Plan() with { Question = Question with { Dominance = rule } }).Encode();
        var (plain, guarded) = (With(null), With(new DominanceRule(10, 2, 85)));
        Assert.Equal(plain.Length + 4, guarded.Length);
        var at = guarded.AsSpan().IndexOf([(byte)1, (byte)10, (byte)2, (byte)85]);
        Assert.Throws<MalformedException>(() => Jobs.Plan.Decode([.. guarded[..at], 0, .. guarded[(at + 4)..]])); // kind 4 with nothing that kind 2 cannot say
        foreach (var rule in new DominanceRule[] { new(0, 0, 0), new(101, 0, 0), new(10, 4, 85), new(10, 2, 0), new(10, 0, 5), new(10, 2, 100) })
            Assert.Throws<MalformedException>(() => Jobs.Plan.Decode(With(rule)));
        var noSums = Plan() with { Question = Question with { Statistics = [Statistic.Count, Statistic.Minimum] } };
        Assert.Throws<MalformedException>(() => Jobs.Plan.Decode(noSums.Encode()));
    }

    [Theory]
    [InlineData(10, 0, 0, true)]
    [InlineData(9, 0, 0, false)]
    [InlineData(20, 1, 10, true)]
    [InlineData(0, 2, 85, false)]
    public void A_rule_is_at_least_as_strict_number_by_number(int percent, int largest, int share, bool enough)
    {
        Assert.Equal(enough, new DominanceRule(percent, largest, share).IsAtLeast(DominanceRule.Default));
        var both = new DominanceRule(10, 2, 85);
        Assert.True(new DominanceRule(10, 2, 85).IsAtLeast(both) && new DominanceRule(11, 3, 80).IsAtLeast(both));
        Assert.False(new DominanceRule(10, 1, 80).IsAtLeast(both) || new DominanceRule(10, 2, 86).IsAtLeast(both) || new DominanceRule(10, 0, 0).IsAtLeast(both));
        Assert.Equal(("p 10", "(2,85)", "p 10 and (2,85)"), (DominanceRule.Default.ToString(), new DominanceRule(0, 2, 85).ToString(), both.ToString()));
    }

    [Fact]
    public void Every_field_of_every_record_in_a_plan_is_among_the_changes()
    {
        var changed = Changes(Plan()).Keys.Concat(Changes(IntersectionPlan()).Keys)
            .Concat(Changes(FullPlan(JoinOf)).Keys).Concat(Changes(FullPlan(AggregatesOf)).Keys).ToHashSet();
        Type[] records =
        [
            typeof(Plan), typeof(PlanInput), typeof(ColumnSchema), typeof(StatisticsQuestion), typeof(DominanceRule), typeof(Measure), typeof(GroupBy), typeof(KeyRule),
            typeof(IntersectionQuestion), typeof(Reveal.Aggregates), typeof(Reveal.Join),
        ];
        foreach (var record in records)
        {
            foreach (var parameter in record.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters())
                Assert.Contains(changed, name => Regex.IsMatch(name, $@"(^|/){record.Name}\.{parameter.Name}($|[ \[/])"));
        }
    }

    internal static Plan IntersectionPlan() => Plan() with { Question = new IntersectionQuestion(KeyRule.Default), Protocol = "psi-ecdh/1" };

    internal static Reveal.Join JoinOf => new(Bo, ["age"]);

    internal static Reveal.Aggregates AggregatesOf => new(Bo, [new Measure("age", 1)], [Statistic.Sum, Statistic.Mean], 10);

    // Two alternative keys: the city, or city and age.
    internal static Plan FullPlan(Reveal reveal) => Plan() with
    {
        Question = new IntersectionQuestion(KeyRule.Default, [1, 2], reveal, 0, ProtocolChoice.Ecdh, 100, [70, 80]),
        Inputs = [.. new[] { Al, Bo }.Select(owner => Input(owner) with { Key = ["city", "city", "age"] })],
        Receivers = [Al],
        Protocol = "psi-ecdh/1",
    };

    private static void RefusesOnlyTheChanged(Plan plan, string field)
    {
        var page = PageOf(plan);
        var changed = Changes(plan)[field];
        Assert.Null(Authorization.Check(plan, page, Now));
        Assert.NotEqual(plan.Digest, changed.Digest);
        var refused = Assert.Throws<CollabException>(() => Authorization.Require(changed, page, Now));
        Assert.Equal(Authorization.NotProposed, refused.Code);
    }

    private static JobPage PageOf(Plan plan) => JobPage.Of(
        plan.Digest, new LedgerOperation[] { Propose(plan), Approve(Al), Approve(Bo) }.Select(o => o with { Job = plan.Digest }));

    // Walks the record by its constructor: each field is replaced by another value of its type, each list item likewise, and each
    // list gets and loses an item.
    internal static Dictionary<string, Plan> Changes(Plan plan) =>
        Variants(plan).ToDictionary(v => v.Path, v => (Plan)v.Value);

    private static IEnumerable<(string Path, object Value)> Variants(object record)
    {
        var type = record.GetType();
        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        var fields = constructor.GetParameters().Select(p => type.GetProperty(p.Name!)!).ToList();
        foreach (var (field, i) in fields.Select((f, i) => (f, i)))
        {
            foreach (var (path, value) in Others(field.PropertyType, field.GetValue(record), $"{type.Name}.{field.Name}"))
            {
                var arguments = fields.Select(f => f.GetValue(record)).ToArray();
                arguments[i] = value;
                yield return (path, constructor.Invoke(arguments));
            }
        }
    }

    private static IEnumerable<(string Path, object? Value)> Others(Type type, object? value, string path)
    {
        switch (value)
        {
            case string text:
                yield return ($"{path}", text + "x");
                break;
            case int number:
                yield return (path, number + 1);
                break;
            case long number:
                yield return (path, number + 1);
                break;
            case bool flag:
                yield return (path, !flag);
                break;
            case Enum choice:
                yield return (path, Enum.ToObject(type, Convert.ToInt32(choice) + 1)); // also one that does not exist yet
                break;
            case Digest:
                yield return (path, Named("another"));
                break;
            case PartyId party:
                yield return (path, PartyId.Parse(party.Name + "x"));
                break;
            case DateTimeOffset time:
                yield return (path, time.AddMilliseconds(1));
                break;
            case TimeSpan span:
                yield return (path, span + TimeSpan.FromSeconds(1));
                break;
            case IList list:
                foreach (var variant in ListVariants(type.GetGenericArguments()[0], list, path)) yield return variant;
                break;
            case not null when type.Namespace == typeof(Plan).Namespace:
                if (type.IsAssignableFrom(typeof(GroupBy)) || type == typeof(DominanceRule)) yield return ($"{path} left out", null);
                foreach (var (inner, changed) in Variants(value)) yield return ($"{path}/{inner}", changed);
                break;
            default:
                throw new InvalidOperationException($"No other value is known for {path}: the test must learn the type.");
        }
    }

    private static IEnumerable<(string Path, object? Value)> ListVariants(Type item, IList list, string path)
    {
        object Copy(IEnumerable items)
        {
            var copy = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
            foreach (var i in items) copy.Add(i);
            return copy;
        }

        var all = list.Cast<object>().ToList();
        if (all.Count == 0)
        {
            yield return ($"{path} one more", Copy(new[] { Activator.CreateInstance(item) })); // a list of numbers
            yield break;
        }

        yield return ($"{path} one fewer", Copy(all.Take(all.Count - 1)));
        yield return ($"{path} one more", Copy(all.Append(all[0])));
        if (all.Count > 1) yield return ($"{path} reversed", Copy(all.AsEnumerable().Reverse()));
        for (var i = 0; i < all.Count; i++)
        {
            foreach (var (inner, changed) in Others(item, all[i], $"{path}[{i}]"))
                yield return (inner, Copy(all.Select((old, at) => at == i ? changed : old)));
        }
    }
}
