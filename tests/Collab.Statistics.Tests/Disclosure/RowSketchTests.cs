using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Statistics.Tests.Disclosure;

/// <summary>Small differences are read exactly, and large ones are told from small ones.</summary>
public class RowSketchTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(5, 4)]
    [InlineData(9, 0)]
    public void A_small_difference_of_large_sets_is_read(int onlyFirst, int onlySecond)
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var (common, first, second) = (Elements(random, 500), Elements(random, onlyFirst), Elements(random, onlySecond));
            var read = RowSketch.Combine((1, Of([.. common, .. first])), (-1, Of([.. common, .. second]))).Read(9);
            Assert.Equal([.. first.Select(e => (e, 1L)).Concat(second.Select(e => (e, -1L))).Order()], read!.Select(e => (e.Key, e.Value)).Order());
        }
    }

    [Theory, InlineData(10), InlineData(100), InlineData(5000)]
    public void A_larger_difference_is_not_read(int difference)
    {
        for (var seed = 1; seed <= 50; seed++) Assert.Null(Of(Elements(new Random(seed), difference)).Read(9));
    }

    [Fact]
    public void Copies_are_counted()
    {
        var read = RowSketch.Combine((2, Of([7, 7, 8])), (-1, Of([8, 8, ulong.MaxValue]))).Read(9);
        Assert.Equal([(7UL, 4L), (ulong.MaxValue, -1L)], read!.Select(e => (e.Key, e.Value)).Order());
    }

    [Fact]
    public void Sketches_for_other_differences_compare()
    {
        var elements = Elements(new Random(1), 300);
        var read = RowSketch.Combine((1, Of(elements, 60)), (-1, Of(elements[3..], 9))).Read(9);
        Assert.Equal(elements[..3].Order(), read!.Keys.Order());
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var sketch = RowSketch.Combine((1, Of([1, 2, 3])), (-1, Of([3, 4])));
        var writer = new CanonicalWriter();
        RowSketch.Encode(writer, sketch);
        var reader = new CanonicalReader(writer.Written);
        var again = RowSketch.Decode(ref reader);
        reader.End();
        Assert.Equal(sketch.Count, again.Count);
        Assert.True(RowSketch.Combine((1, sketch), (-1, again)).IsEmpty);
        Assert.False(sketch.IsEmpty);
    }

    private static RowSketch Of(ulong[] elements, int difference = 9)
    {
        var sketch = new RowSketch(difference);
        foreach (var element in elements) sketch.Add(element);
        return sketch;
    }

    private static ulong[] Elements(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64())];
}
