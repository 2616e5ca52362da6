using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>Filters as text and as bytes: one form of each condition, and nothing else is read.</summary>
public sealed class FilterTextTests
{
    [Theory]
    [InlineData("age >= 65 and sex = 'F'", "age >= 65 and sex = 'F'")]
    [InlineData("sex == 'F'and age>=65.0", "age >= 65 and sex = 'F'")]
    [InlineData("a = 1 or b = 2 and c = 3", "a = 1 or b = 2 and c = 3")]
    [InlineData("(a = 1 or b = 2) and c = 3", "(a = 1 or b = 2) and c = 3")]
    [InlineData("((c = 3)) and (b = 2 or (a = 1))", "(a = 1 or b = 2) and c = 3")]
    [InlineData("a = 1 and (b = 2 and (c = 3 and a = 1))", "a = 1 and b = 2 and c = 3")]
    [InlineData("not a = 1 and b = 2", "a <> 1 and b = 2")]
    [InlineData("not (a = 1 and b < 2)", "a <> 1 or b >= 2")]
    [InlineData("not (a <= 1 or not b > 2)", "a > 1 and b > 2")]
    [InlineData("not not a is missing", "a is missing")]
    [InlineData("not a is not missing", "a is missing")]
    [InlineData("a in (3, 1, 2.50, 1)", "a in (1, 2.5, 3)")]
    [InlineData("a not in ('b', 'a')", "a not in ('a', 'b')")]
    [InlineData("not a in (7)", "a <> 7")]
    [InlineData("a != -0.50", "a <> -0.5")]
    [InlineData("a < -0", "a < 0")]
    [InlineData("name = 'O''Hara'", "name = 'O''Hara'")]
    [InlineData("\"blood type\" = 'A' and \"and\" = 1 and \"a\"\"b\" is missing", "\"a\"\"b\" is missing and \"and\" = 1 and \"blood type\" = 'A'")]
    [InlineData("\"age\" < 5", "age < 5")]
    [InlineData("\"年龄\" < 5", "\"年龄\" < 5")]
    [InlineData("age = 1\n  and\tsex = ''", "age = 1 and sex = ''")]
    [InlineData("a = 999999999999999999 or a = -0.00000000000000001", "a = -0.00000000000000001 or a = 999999999999999999")]
    public void A_condition_has_one_form(string text, string canonical)
    {
        var filter = FilterText.Parse(text);
        Assert.Equal(canonical, filter.ToString());
        Assert.Equal(filter, FilterText.Parse(canonical));
        Assert.Equal(filter, Decoded(Encoded(filter)));
        Assert.Equal(filter, filter.Not().Not());
    }

    [Theory]
    [InlineData("", "at letter 1 a column is expected")]
    [InlineData("age", "at letter 4 a comparison is expected")]
    [InlineData("age >", "at letter 6 a number, or a text in single quotes is expected")]
    [InlineData("age > sex", "at letter 7 a number, or a text in single quotes is expected")]
    [InlineData("65 < age", "at letter 1 a column is expected")]
    [InlineData("age > 65 65", "at letter 10 'and', 'or' or the end is expected")]
    [InlineData("age > 65 AND age < 70", "at letter 10 'and', 'or' or the end is expected")]
    [InlineData("age > 65 and", "at letter 13 a column is expected")]
    [InlineData("(age > 65", "at letter 10 ')' is expected")]
    [InlineData("age > 65)", "at letter 9 'and', 'or' or the end is expected")]
    [InlineData("age in 65", "at letter 8 '(' is expected")]
    [InlineData("age in ()", "at letter 9 a number, or a text in single quotes is expected")]
    [InlineData("age in (1, 'x')", "at letter 11 constants of one type are expected")]
    [InlineData("age in (1 2)", "at letter 11 ',' or ')' is expected")]
    [InlineData("age is 5", "at letter 8 'missing' is expected")]
    [InlineData("age not = 5", "at letter 9 'in' is expected")]
    [InlineData("age = 'x", "at letter 7 a number, or a text in single quotes is expected")]
    [InlineData("age = 1.", "at letter 7 a number, or a text in single quotes is expected")]
    [InlineData("age = 1e5", "at letter 7 a number, or a text in single quotes is expected")]
    [InlineData("age = .5", "at letter 7 a number, or a text in single quotes is expected")]
    [InlineData("age = 1234567890123456789", "at letter 7 a number of at most 18 digits is expected")]
    [InlineData("age = 1 and and = 2", "at letter 13 a column is expected")]
    [InlineData("age = 1; drop", "at letter 8 'and', 'or' or the end is expected")]
    [InlineData("age & 1", "at letter 5 a comparison is expected")]
    [InlineData("\"\" = 1", "at letter 1 a column is expected")]
    [InlineData("年龄 < 5", "at letter 1 a column is expected")]
    public void What_is_none_is_refused_with_its_place(string text, string rule) =>
        Assert.Equal(rule, Assert.Throws<FormatException>(() => FilterText.Parse(text)).Message);

    [Fact]
    public void What_is_too_much_is_refused()
    {
        static string Nested(int depth) => $"{string.Concat(Enumerable.Repeat("(", depth))}a = 1{string.Concat(Enumerable.Repeat(")", depth))}";
        FilterText.Parse(Nested(31));
        Refused(Nested(32));
        Refused(Nested(4000));
        Refused(string.Concat(Enumerable.Repeat("not ", 2000)) + "a = 1");
        Refused(new string('(', 8000));
        FilterText.Parse(string.Join(" or ", Enumerable.Range(0, 256).Select(i => $"a = {i}")));
        Refused(string.Join(" or ", Enumerable.Range(0, 257).Select(i => $"a = {i}")));
        FilterText.Parse($"a in ({string.Join(',', Enumerable.Range(0, 1000))})");
        Refused($"a in ({string.Join(',', Enumerable.Range(0, 1001))})");
        FilterText.Parse($"a = '{new string('x', 1000)}'");
        Refused($"a = '{new string('x', 1001)}'");
        Refused($"a = 1{new string(' ', 8192)}");
        Refused("a = '\ud800'");
        FilterText.Parse("a = '\ud83d\ude00'");

        // As many levels of 'and' in 'or' as there are brackets, twice.
        var deep = Enumerable.Range(0, 20).Aggregate("a = 1", (inner, i) => $"b = {i} or c = {i} and ({inner})");
        Refused(deep);

        static void Refused(string text) => Assert.Throws<FormatException>(() => FilterText.Parse(text));
    }

    [Fact]
    public void Any_text_is_a_filter_or_refused()
    {
        var random = new Random(7);
        string[] pieces = ["a", "\"b c\"", "'x'", "''", "5", "-2.5", "=", "<>", "<", ">=", "(", ")", ",", " ", "and", "or", "not", "in", "is", "missing", "\"", "'", ".", "é"];
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Join(' ', Enumerable.Range(0, 1 + random.Next(9)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                var filter = FilterText.Parse(text);
                Assert.Equal(filter, FilterText.Parse(filter.ToString()));
                Assert.Equal(filter, Decoded(Encoded(filter)));
            }
            catch (FormatException refused)
            {
                Assert.StartsWith("at letter ", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("sex = 'f'", "sex = 'm'", true)]
    [InlineData("sex = 'f' and age > 5", "age < 90 and sex in ('m', 'x')", true)]
    [InlineData("sex in ('f', 'm')", "sex in ('m', 'x')", false)]
    [InlineData("sex = 'f'", "sex <> 'f'", true)]
    [InlineData("sex = 'f'", "sex is missing", true)]
    [InlineData("sex is not missing", "sex is missing", true)]
    [InlineData("age < 65", "age >= 65", true)]
    [InlineData("age <= 65", "age >= 65", false)]
    [InlineData("age < 65.5", "age > 65", false)]
    [InlineData("age < 40", "age > 65", true)]
    [InlineData("age = 40", "age > 65", true)]
    [InlineData("age = 70", "age > 65", false)]
    [InlineData("a = 1 or b = 2", "a <> 1 and b <> 2", true)]
    [InlineData("a = 1 or b = 2", "a = 3 and b = 3", false)] // true of no row, but not shown by one condition of each
    [InlineData("a = 1", "b = 2", false)]
    [InlineData("a = 1", "a = '1'", false)]
    public void Two_that_no_row_satisfies_are_known_by_a_condition_of_each(string one, string other, bool areExclusive)
    {
        Assert.Equal(areExclusive, FilterText.Parse(one).Excludes(FilterText.Parse(other)));
        Assert.Equal(areExclusive, FilterText.Parse(other).Excludes(FilterText.Parse(one)));
    }

    [Fact]
    public void Bytes_are_read_back_or_refused()
    {
        var bytes = Encoded(FilterText.Parse("(a = 1 or b in ('x', 'y', 'z')) and not (c < -2.5 and d is missing) and e <> 'q'"));
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = bytes[..length];
            Assert.Throws<MalformedException>(() => Decoded(cut));
        }

        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(changed, Encoded(Decoded(changed)));
            }
            catch (MalformedException)
            {
                // refused, which is as good
            }
        }
    }

    [Fact]
    public void Forms_that_the_language_has_not_are_refused()
    {
        byte[] A(int value) => [4, 1, 0, 0, 0, (byte)'a', 0, 1, 0, 0, 0, 2, (byte)value, 0, 0, 0, 0, 0, 0, 0, 0]; // a = value
        byte[] Two(int kind, params byte[][] parts) => [(byte)kind, (byte)parts.Length, 0, 0, 0, .. parts.SelectMany(part => part)];
        Assert.Equal("a = 1 or a = 2", Decoded(Two(2, A(1), A(2))).ToString());
        byte[][] wrong =
        [
            Two(2, A(2), A(1)), Two(2, A(1), A(1)), Two(1, A(1)), Two(1), Two(2, A(1), Two(2, A(2), A(3))), Two(1, A(1), Two(1, A(2), A(3))), [0], [6],
            [4, 1, 0, 0, 0, (byte)'a', 0, 0, 0, 0, 0], // one of none
            [4, 1, 0, 0, 0, (byte)'a', 0, 2, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], // 1 and ''
            [3, 1, 0, 0, 0, (byte)'a', 5, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0], // an unknown comparison
            [3, 1, 0, 0, 0, (byte)'a', 1, 2, 10, 0, 0, 0, 0, 0, 0, 0, 1], // 1.0
            [3, 1, 0, 0, 0, (byte)'a', 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 19], // 19 decimals
            [3, 1, 0, 0, 0, (byte)'a', 1, 2, 255, 255, 255, 255, 255, 255, 255, 127, 0], // 2^63 - 1
            Enumerable.Range(0, 40).Aggregate(A(1), (inner, i) => Two(1 + (i % 2), A(2), inner)), // deep
        ];
        Assert.All(wrong, bytes => Assert.Throws<MalformedException>(() => Decoded(bytes)));
    }

    [Fact]
    public void A_plan_tells_its_filters_and_one_without_any_is_said_without()
    {
        Plan With(string? where) => Fixture.Plan() with { Inputs = [Fixture.Input(Fixture.Al) with { Filter = where is null ? null : FilterText.Parse(where) }, Fixture.Input(Fixture.Bo)] };
        Assert.Equal(Fixture.Plan().Digest, With(null).Digest);
        Assert.Equal(1, With(null).Encode()[0]);
        string?[] filters = [null, "age < 65", "age <= 65", "age < 65.5", "age is missing", "age is not missing", "city = 'Oslo'", "city <> 'Oslo'", "age < 65 and city = 'Oslo'", "age < 65 or city = 'Oslo'"];
        Assert.Equal(filters.Length, filters.Select(where => With(where).Digest).Distinct().Count());
        Assert.All(filters, where => Assert.Equal(where, Plan.Decode(With(where).Encode()).Inputs[0].Filter?.ToString()));

        foreach (var where in new[] { "sex = 'f'", "age = 'x'", "city < 5", "city in (1, 2)" })
            Assert.Throws<MalformedException>(() => Plan.Decode(With(where).Encode()));
        byte[] needless = With(null).Encode();
        needless[0] = 2;
        Assert.Throws<MalformedException>(() => Plan.Decode(needless));
        // Of a retrieval there is none: the same plan without its filter is read.
        var retrieval = With("age < 65") with { Question = new RetrievalQuestion(KeyRule.Default, Fixture.Bo, ["age"], 10, 32, 1000) };
        retrieval = retrieval with { Inputs = [.. retrieval.Inputs.Select(input => input with { Key = ["city"], Version = default })] };
        Assert.Equal("no filter of a retrieval, and filters on columns of the input, with constants of their types", Assert.Throws<MalformedException>(() => Plan.Decode(retrieval.Encode())).Rule);
        Plan.Decode((retrieval with { Inputs = [.. retrieval.Inputs.Select(input => input with { Filter = null })] }).Encode());
    }

    private static byte[] Encoded(RowFilter filter)
    {
        var writer = new CanonicalWriter();
        RowFilterEncoding.Encode(writer, filter);
        return writer.ToArray();
    }

    private static RowFilter Decoded(byte[] bytes)
    {
        var reader = new CanonicalReader(bytes);
        var filter = RowFilterEncoding.Decode(ref reader);
        reader.End();
        return filter;
    }
}
