using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller puts one message: as an array, or into a buffer writer of stated length.</summary>
public abstract class SerializationContext
{
    /// <summary>Gives the whole message; ends the serialization.</summary>
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    /// <summary>Returns the writer that the message goes into.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>States the length of the message, in bytes, before the writer is asked for.</summary>
    public virtual void SetPayloadLength(int payloadLength) => throw new NotImplementedException();

    /// <summary>Ends a serialization that went through the writer.</summary>
    public virtual void Complete() => throw new NotImplementedException();
}
