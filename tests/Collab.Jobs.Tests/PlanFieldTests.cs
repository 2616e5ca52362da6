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

    [Fact]
    public void Every_field_of_every_record_in_a_plan_is_among_the_changes()
    {
        var changed = Changes(Plan()).Keys.Concat(Changes(IntersectionPlan()).Keys).ToHashSet();
        Type[] records =
        [
            typeof(Plan), typeof(PlanInput), typeof(ColumnSchema), typeof(StatisticsQuestion), typeof(Measure), typeof(GroupBy), typeof(KeyRule),
        ];
        foreach (var record in records)
        {
            foreach (var parameter in record.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters())
                Assert.Contains(changed, name => Regex.IsMatch(name, $@"(^|/){record.Name}\.{parameter.Name}($|[ \[/])"));
        }
    }

    private static Plan IntersectionPlan() => Plan() with { Question = new IntersectionQuestion(KeyRule.Default), Protocol = "psi-ecdh/1" };

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
    private static Dictionary<string, Plan> Changes(Plan plan) =>
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
                if (type.IsAssignableFrom(typeof(GroupBy))) yield return ($"{path} left out", null);
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
