namespace Collab.Console.Pages.Results;

/// <summary>Bytes in memory, of which there may be only so many: what is too large for a page does not fill the node's memory first.</summary>
/// <param name="most">How many.</param>
internal sealed class BoundedContent(int most) : MemoryStream
{
    /// <summary>Whether there was more.</summary>
    public bool IsFull { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="IOException">There would be more.</exception>
    public override void Write(byte[] buffer, int offset, int count) // all other ways to write lead here in a class derived from MemoryStream
    {
        IsFull = Length + count > most;
        if (IsFull) throw new IOException("The content is larger than its bound.");
        base.Write(buffer, offset, count);
    }
}
