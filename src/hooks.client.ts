/** What the error page shows; nothing goes to the console, which others may read. */
export const handleError = ({ error, message }: { error: unknown; message: string }) => ({
  message: error instanceof Error ? error.message : message,
});
