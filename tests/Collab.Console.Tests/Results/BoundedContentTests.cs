using Collab.Console.Pages.Results;

namespace Collab.Console.Tests.Released;

/// <summary>However it is written, no more than the bound is kept.</summary>
public sealed class BoundedContentTests
{
    public static TheoryData<string> Ways => ["array", "span", "memory", "arrays in turn", "copied"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task No_more_than_the_bound_is_kept(string way)
    {
        const int most = 1000;
        using var content = new BoundedContent(most);
        await WriteAsync(content, new byte[most], way);
        Assert.Equal((most, false), ((int)content.Length, content.IsFull));
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(content, new byte[1], way));
        Assert.Equal((most, true), ((int)content.Length, content.IsFull));
    }

    private static async Task WriteAsync(BoundedContent content, byte[] bytes, string way)
    {
        var cancellation = TestContext.Current.CancellationToken;
        switch (way)
        {
            case "array":
                content.Write(bytes, 0, bytes.Length);
                break;
            case "span":
                content.Write(bytes.AsSpan());
                break;
            case "memory":
                await content.WriteAsync(bytes.AsMemory(), cancellation);
                break;
            case "arrays in turn":
                await content.WriteAsync(bytes, 0, bytes.Length, cancellation);
                break;
            default:
                await new MemoryStream(bytes).CopyToAsync(content, cancellation);
                break;
        }
    }
}
