using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Collab.Primitives;

namespace Collab.Channels;

/// <summary>What a frame is; its first byte (protocols/specs/channels.md, "Messages").</summary>
public enum FrameKind : byte
{
    /// <summary>Who speaks to whom, in which run and version.</summary>
    Hello = 1,

    /// <summary>Gives a sub-channel its number.</summary>
    Open = 2,

    /// <summary>A chunk of a message.</summary>
    Data = 3,

    /// <summary>Lets the peer send more into a sub-channel.</summary>
    Credit = 4,

    /// <summary>The sender is done with a sub-channel.</summary>
    End = 5,

    /// <summary>The sender lives.</summary>
    KeepAlive = 6,

    /// <summary>The sender gives up, and why.</summary>
    Abort = 7,

    /// <summary>The sender is done and says what it sent.</summary>
    Close = 8,

    /// <summary>What the peer says it sent is what arrived, and nothing of it lies unread.</summary>
    Accepted = 9,
}

/// <summary>The layout of frames, byte by byte. Every frame begins with kind (1 byte) and number (8 bytes).</summary>
internal static partial class Frames
{
    public const ushort MajorVersion = 1;
    public const ushort MinorVersion = 0;

    public const int HeaderSize = 1 + 8;
    public const int DataHeaderSize = HeaderSize + 4 + 8 + 1;
    public const int ChunkSize = 1 << 20;
    public const int MaxFrameSize = DataHeaderSize + ChunkSize;

    /// <summary>Charged to the window for each chunk beside its bytes, so that empty messages are not free.</summary>
    public const int ChunkOverhead = 64;

    public const int MinWindow = 2 << 20; // a chunk fits although the receiver may hold a quarter of the window back
    public const int MaxWindow = 1 << 30;

    public const int MaxLabelSize = 255;

    private static ReadOnlySpan<byte> Magic => "collab.channel"u8;

    public static int Cost(int payloadSize) => payloadSize + ChunkOverhead;

    public static void WriteHeader(Span<byte> frame, FrameKind kind, ulong number)
    {
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteUInt64LittleEndian(frame[1..], number);
    }

    public static (FrameKind Kind, ulong Number) ReadHeader(ReadOnlySpan<byte> frame) =>
        frame.Length is >= HeaderSize and <= MaxFrameSize
            ? ((FrameKind)frame[0], BinaryPrimitives.ReadUInt64LittleEndian(frame[1..]))
            : throw new MalformedException("a frame of 9 to 1048598 bytes");

    public static void WriteData(Span<byte> frame, ulong number, uint channel, ulong sequence, bool last)
    {
        WriteHeader(frame, FrameKind.Data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[9..], channel);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[13..], sequence);
        frame[21] = last ? (byte)1 : (byte)0;
    }

    public static (uint Channel, ulong Sequence, bool Last) ReadData(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < DataHeaderSize || frame[21] > 1) throw new MalformedException("a data frame");
        return (BinaryPrimitives.ReadUInt32LittleEndian(frame[9..]), BinaryPrimitives.ReadUInt64LittleEndian(frame[13..]), frame[21] == 1);
    }

    public static byte[] Encode(Hello hello) => Body()
        .Bytes(Magic).UInt32(hello.Major).UInt32(hello.Minor).Digest(hello.Run).Party(hello.Sender).Party(hello.Receiver)
        .UInt32(hello.Window).UInt32(hello.MaxMessageSize).ToArray();

    /// <summary>Reads the fields of this major version; a newer minor version may add some at the end.</summary>
    public static Hello DecodeHello(ReadOnlySpan<byte> frame)
    {
        var reader = new CanonicalReader(frame[HeaderSize..]);
        if (!reader.Bytes().SequenceEqual(Magic)) throw new MalformedException("a hello of the channel protocol");
        var (major, minor) = (reader.UInt32(), reader.UInt32());
        if (major != MajorVersion) return new Hello(major, minor, default, null!, null!, 0, 0); // the rest may look different
        var hello = new Hello(
            major, minor, reader.Digest(), reader.Party(), reader.Party(), reader.UInt32(), reader.UInt32());
        if (minor == MinorVersion) reader.End();
        return hello.Window is >= MinWindow and <= MaxWindow ? hello : throw new MalformedException("a window of 2 MiB to 1 GiB");
    }

    public static byte[] EncodeOpen(uint channel, string label) => Body().UInt32(channel).Text(label).ToArray();

    public static (uint Channel, string Label) DecodeOpen(ReadOnlySpan<byte> frame)
    {
        var reader = new CanonicalReader(frame[HeaderSize..]);
        var (channel, label) = (reader.UInt32(), reader.Text());
        reader.End();
        return IsLabel(label) ? (channel, label) : throw new MalformedException("a sub-channel's label");
    }

    public static byte[] EncodeCredit(uint channel, uint bytes) => Body().UInt32(channel).UInt32(bytes).ToArray();

    public static (uint Channel, uint Bytes) DecodeCredit(ReadOnlySpan<byte> frame)
    {
        var reader = new CanonicalReader(frame[HeaderSize..]);
        var credit = (reader.UInt32(), reader.UInt32());
        reader.End();
        return credit;
    }

    public static byte[] EncodeEnd(uint channel) => Body().UInt32(channel).ToArray();

    public static uint DecodeEnd(ReadOnlySpan<byte> frame)
    {
        var reader = new CanonicalReader(frame[HeaderSize..]);
        var channel = reader.UInt32();
        reader.End();
        return channel;
    }

    public static byte[] EncodeRoot(Digest root) => Body().Digest(root).ToArray();

    public static Digest DecodeRoot(ReadOnlySpan<byte> frame)
    {
        var reader = new CanonicalReader(frame[HeaderSize..]);
        var root = reader.Digest();
        reader.End();
        return root;
    }

    public static void DecodeKeepAlive(ReadOnlySpan<byte> frame) => new CanonicalReader(frame[HeaderSize..]).End();

    public static byte[] EncodeAbort(Fault fault)
    {
        var body = Body();
        Fault.Encode(body, fault with
        {
            Code = Cut(fault.Code, 64),
            Step = fault.Step is null ? null : new StepId(Cut(fault.Step.Name, 64)),
            Message = Cut(fault.Message, 1000),
            Next = Cut(fault.Next, 1000),
        });
        return body.ToArray();
    }

    /// <summary>A peer's words end up in our logs and on our screens: they are checked in form before anything else.</summary>
    public static Fault DecodeAbort(ReadOnlySpan<byte> frame)
    {
        var reader = new CanonicalReader(frame[HeaderSize..]);
        var fault = Fault.Decode(ref reader);
        reader.End();
        var sound = CodeForm().IsMatch(fault.Code) && (fault.Step is null || StepForm().IsMatch(fault.Step.Name))
            && IsLine(fault.Message) && IsLine(fault.Next);
        return sound ? fault : throw new MalformedException("a fault");
    }

    public static bool IsLabel(string label) => label.Length <= MaxLabelSize && LabelForm().IsMatch(label);

    public static bool IsLabelPart(string label) => label.Length <= 64 && LabelForm().IsMatch(label);

    private static bool IsLine(string text) =>
        text.Length <= 1000 && text.All(c => !char.IsControl(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format);

    /// <summary>One line of at most so many characters; control characters become spaces.</summary>
    private static string Cut(string text, int size)
    {
        var line = string.Concat(text.Select(c => IsLine(c.ToString()) && !char.IsSurrogate(c) ? c : ' '));
        return line.Length <= size ? line : line[..size];
    }

    /// <summary>A writer that leaves room for kind and number, which are filled in when the frame's turn has come.</summary>
    private static CanonicalWriter Body() => new CanonicalWriter().Byte(0).UInt64(0);

    [GeneratedRegex(@"\A[a-z0-9-]{1,32}\.[a-z0-9-]{1,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CodeForm();

    [GeneratedRegex(@"\A[A-Za-z0-9./-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex StepForm();

    [GeneratedRegex(@"\A[a-z0-9./-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelForm();
}

/// <summary>The first frame, each way.</summary>
internal sealed record Hello(
    uint Major, uint Minor, Digest Run, PartyId Sender, PartyId Receiver, uint Window, uint MaxMessageSize);
