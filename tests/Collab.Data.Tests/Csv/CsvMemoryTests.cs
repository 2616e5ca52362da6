using Collab.Data.Csv;
using Collab.Jobs;
using Collab.Primitives;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests.Csv;

/// <summary>However large the file, the memory is that of one row and one batch. Run alone, so that the memory seen is theirs.</summary>
[CollectionDefinition(nameof(CsvMemoryTests), DisableParallelization = true)]
[Collection(nameof(CsvMemoryTests))]
public sealed class CsvMemoryTests
{
    private const long GigaByte = 1L << 30, MegaByte = 1 << 20;
    private static readonly byte[] Letters = [.. Enumerable.Repeat((byte)'x', 1 << 16)];

    public static TheoryData<string, string, string[]> LongLines => new()
    {
        { "1,", "\n3,4\n", ["data.row-too-long"] },
        { "1,\"", "\"\n3,4\n", ["data.row-too-long"] },
        { "1,\"", "\n3,4\n", ["data.row-too-long", "data.quote-unclosed"] },
    };

    [Theory, MemberData(nameof(LongLines))]
    public async Task A_line_of_a_gigabyte_is_refused_and_passed_over_in_bounded_memory(string beginning, string end, string[] codes)
    {
        var source = new CsvReader(
            () => new GeneratedStream([.. "a,b\n"u8, .. Bytes(beginning)], Letters, GigaByte, Bytes(end)), Location(), new([Text("a"), Text("b")]));

        var (refused, refusing) = await MeasureAsync(() => FailureAsync(source));
        Assert.Equal(("data.row-too-long", 1L), (refused.Code.Name, refused.Problem.Row));
        Assert.InRange(refusing, 0, 128 * MegaByte);

        var (report, checking) = await MeasureAsync(() => DatasetCheck.RunAsync(source, [], KeyRule.Default, RandomSource.System));
        Assert.Equal(codes, report.Problems.Select(problem => problem.Code));
        Assert.All(report.Problems, problem => Assert.Equal(1, problem.First[0].Row));
        Assert.InRange(checking, 0, 128 * MegaByte);
    }

    [Fact]
    public async Task A_header_of_a_gigabyte_is_refused_in_bounded_memory()
    {
        var source = new CsvReader(() => new GeneratedStream([], "column,"u8.ToArray(), GigaByte, []), Location(), new([Text("column")]));
        var (refused, memory) = await MeasureAsync(() => FailureAsync(source));
        Assert.Equal(("data.row-too-long", 0L), (refused.Code.Name, refused.Problem.Row));
        Assert.InRange(memory, 0, 192 * MegaByte);
    }

    [Fact]
    public async Task A_large_file_is_read_batch_by_batch()
    {
        var source = new CsvReader(
            () => new GeneratedStream("a,b\n"u8.ToArray(), "123456,0.25\n"u8.ToArray(), 12 * 4_000_000L, []),
            Location(),
            new([Integer("a"), Decimal("b", 2)]));
        var highest = 0L;
        var rows = 0L;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await foreach (var batch in source.ReadAsync(["a", "b"]))
        {
            rows += batch.RowCount;
            if (batch.FirstRow % (64 * 8_192) == 1) highest = Math.Max(highest, GC.GetTotalMemory(forceFullCollection: true));
        }

        Assert.Equal(4_000_000, rows);
        Assert.InRange(highest - before, 0, 8 * MegaByte);
    }

    /// <summary>The bytes allocated on this thread of work: an upper bound of what was ever held.</summary>
    private static async Task<(T Result, long Allocated)> MeasureAsync<T>(Func<Task<T>> work)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var result = await work();
        return (result, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
