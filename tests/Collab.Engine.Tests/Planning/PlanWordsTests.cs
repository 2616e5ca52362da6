using Collab.Engine.Planning;
using Collab.Jobs;

namespace Collab.Engine.Tests.Planning;

/// <summary>Every field that two plans can differ in has words in both languages.</summary>
public sealed class PlanWordsTests
{
    private static readonly Type[] Told = [typeof(RowFilter), typeof(DominanceRule), typeof(ColumnSchema), typeof(Measure), typeof(ValueRange)]; // by a text of their own

    private static readonly string[] Never = ["nonce", "created", "expires"]; // are no change

    public static TheoryData<string> Fields => [.. new[] { typeof(Plan), typeof(PlanInput) }.Concat(Kinds(typeof(Question))).SelectMany(type => FieldsOf(type, [])).Except(Never).Distinct()];

    [Theory, MemberData(nameof(Fields))]
    public void It_has_words(string name) => Assert.True(PlanWords.Knows(name), name);

    [Fact]
    public void A_path_is_put_into_words_part_by_part()
    {
        Assert.Equal(new Bilingual("question: minimum group", "问题：最小组"), PlanWords.Of("question.minimumGroupSize"));
        Assert.Equal(new Bilingual("columns", "列"), PlanWords.Of("inputs.columns"));
        Assert.True(PlanWords.Knows(PlanDifference.Lifetime));
    }

    private static IEnumerable<string> FieldsOf(Type record, HashSet<Type> seen)
    {
        if (!seen.Add(record)) yield break;
        foreach (var field in record.GetProperties().Where(property => property.CanWrite))
        {
            yield return char.ToLowerInvariant(field.Name[0]) + field.Name[1..];
            var type = Nullable.GetUnderlyingType(field.PropertyType) ?? field.PropertyType;
            if (type.Assembly != typeof(Plan).Assembly || type.IsEnum || Told.Contains(type)) continue; // items of lists are told as texts
            foreach (var inner in Kinds(type).SelectMany(kind => FieldsOf(kind, seen))) yield return inner;
        }
    }

    private static IEnumerable<Type> Kinds(Type type) => type.IsAbstract ? type.Assembly.GetTypes().Where(other => !other.IsAbstract && other.IsSubclassOf(type)) : [type];
}
