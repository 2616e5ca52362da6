using System.Text;
using System.Text.Json.Nodes;
using Collab.Arithmetic.Curves;
using Collab.Cryptography.HashToCurve;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.HashToCurve;

public class HashToCurveTests
{
    private const string Domain = "COLLAB-TESTS-V01-with-" + Curve25519Hash.Suite;
    private static readonly JsonNode Expander = Read("rfc9380-expand-message-xmd-sha512.json");
    private static readonly JsonNode Suite = Read("rfc9380-curve25519-ro.json");

    public static TheoryData<int> ExpanderCases => new(Enumerable.Range(0, 10));

    public static TheoryData<int> SuiteCases => new(Enumerable.Range(0, 5));

    [Theory, MemberData(nameof(ExpanderCases))]
    public void Expanded_messages_match_rfc_9380(int number)
    {
        var vector = Expander["cases"]![number]!;
        var expected = (string)vector["uniform"]!;
        var output = new byte[expected.Length / 2];
        new MessageExpander((string)Expander["domain"]!).Expand([], Ascii(vector["message"]!), output);
        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Theory, MemberData(nameof(SuiteCases))]
    public void Field_elements_and_points_match_rfc_9380(int number)
    {
        var vector = Suite["cases"]![number]!;
        var hash = new Curve25519Hash((string)Suite["domain"]!);
        ReadOnlyMemory<byte>[] messages = [Ascii(vector["message"]!)];

        var elements = new byte[64];
        hash.HashToField(messages, elements);
        Assert.Equal((string)vector["u0"]! + (string)vector["u1"]!, BigEndian(elements[..32]) + BigEndian(elements[32..]));

        var point = new byte[32];
        hash.HashToPoints(messages, point);
        Assert.Equal((string?)vector["P.x"], BigEndian(point));
    }

    [Fact]
    public void All_messages_at_once_give_the_points_of_each_alone()
    {
        var random = RandomSource.Seeded(21);
        var messages = Enumerable.Range(0, 70).Select(size => (ReadOnlyMemory<byte>)random.Bytes(size * 3)).ToArray();
        var hash = new Curve25519Hash(Domain, random.Bytes(32));
        var together = new byte[32 * messages.Length];
        hash.HashToPoints(messages, together, parallelism: 2);
        for (var i = 0; i < messages.Length; i++)
        {
            var alone = new byte[32];
            hash.HashToPoints(messages.AsSpan(i, 1), alone);
            Assert.Equal(alone, together.AsSpan(32 * i, 32));
        }

        Assert.Equal(-1, Curve25519.IndexOfInvalidVariableTime(together));
    }

    [Fact]
    public void The_context_stands_before_the_message()
    {
        byte[] context = [1, 2, 3, 4], message = [5, 6];
        byte[] bound = new byte[32], whole = new byte[32], other = new byte[32];
        new Curve25519Hash(Domain, context).HashToPoints([message], bound);
        new Curve25519Hash(Domain).HashToPoints([(byte[])[.. context, .. message]], whole);
        new Curve25519Hash(Domain + "2", context).HashToPoints([message], other);
        Assert.Equal(whole, bound);
        Assert.NotEqual(bound, other);
    }

    [Fact]
    public void Output_of_any_allowed_length_begins_as_the_length_bound_into_it_says()
    {
        var expander = new MessageExpander(Domain);
        var longest = new byte[expander.MaximumOutputSize];
        expander.Expand([], [7], longest);
        Assert.Throws<ArgumentException>(() => expander.Expand([], [7], new byte[expander.MaximumOutputSize + 1]));
        Assert.Throws<ArgumentException>(() => expander.Expand([], [7], []));

        var shorter = new byte[longest.Length - 1];
        expander.Expand([], [7], shorter);
        Assert.NotEqual(longest[..64], shorter[..64]);
    }

    [Theory, InlineData(""), InlineData("not ascii: ü")]
    public void A_domain_that_is_no_tag_is_refused(string domain) => Assert.Throws<ArgumentException>(() => new MessageExpander(domain));

    [Fact]
    public void A_domain_of_256_characters_is_refused_and_one_of_255_is_not()
    {
        Assert.Throws<ArgumentException>(() => new MessageExpander(new string('x', 256)));
        new MessageExpander(new string('x', 255)).Expand([], [], new byte[200]);
    }

    [Fact]
    public void A_length_that_does_not_fit_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Curve25519Hash(Domain).HashToPoints([new byte[1]], new byte[31]));

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", file)))!;

    private static byte[] Ascii(JsonNode text) => Encoding.ASCII.GetBytes((string)text!);

    private static string BigEndian(byte[] littleEndian)
    {
        Array.Reverse(littleEndian);
        return Convert.ToHexStringLower(littleEndian);
    }
}
