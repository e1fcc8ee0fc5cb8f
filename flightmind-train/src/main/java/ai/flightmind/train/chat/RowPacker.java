package ai.flightmind.train.chat;

import ai.flightmind.model.chat.EncodedChat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lays conversations out as rows of one length. In a row a token that is learned stands as its id, any other as its
 * complement, which is negative. A conversation is never divided; one that is longer than a row loses its end.
 */
final class RowPacker {
    private final int rowLength;
    private final int separator;
    private final int padding;

    /** @param separator stands between conversations that share a row */
    RowPacker(int rowLength, int separator, int padding) {
        this.rowLength = rowLength;
        this.separator = separator;
        this.padding = padding;
    }

    /** Whether a row would hold anything of it that can be learned: a row's first token is never a target. */
    boolean isUseful(EncodedChat chat) {
        for (int i = 1; i < Math.min(chat.length(), rowLength); i++) {
            if (chat.isLearned(i)) {
                return true;
            }
        }
        return false;
    }

    boolean isTooLong(EncodedChat chat) {
        return chat.length() > rowLength;
    }

    /** A row for each. */
    List<int[]> padded(List<EncodedChat> chats) {
        return chats.stream().map(chat -> row(List.of(chat))).toList();
    }

    /**
     * As few rows as best fit decreasing needs: the longest first, each into the row that it leaves the least room in
     * (Johnson, "Near-optimal bin packing algorithms", 1973).
     */
    List<int[]> packed(List<EncodedChat> chats) {
        List<EncodedChat> longestFirst = new ArrayList<>(chats);
        longestFirst.sort(Comparator.comparingInt(EncodedChat::length).reversed());
        List<List<EncodedChat>> rows = new ArrayList<>();
        TreeMap<Integer, List<List<EncodedChat>>> byRoom = new TreeMap<>();
        for (EncodedChat chat : longestFirst) {
            int needed = Math.min(chat.length(), rowLength);
            Map.Entry<Integer, List<List<EncodedChat>>> fitting = byRoom.ceilingEntry(needed + 1);
            List<EncodedChat> row;
            int room;
            if (fitting == null) {
                row = new ArrayList<>();
                rows.add(row);
                room = rowLength - needed;
            } else {
                List<List<EncodedChat>> equal = fitting.getValue();
                row = equal.remove(equal.size() - 1);
                if (equal.isEmpty()) {
                    byRoom.remove(fitting.getKey());
                }
                room = fitting.getKey() - needed - 1;
            }
            row.add(chat);
            byRoom.computeIfAbsent(room, any -> new ArrayList<>()).add(row);
        }
        return rows.stream().map(this::row).toList();
    }

    private int[] row(List<EncodedChat> chats) {
        int[] row = new int[rowLength];
        int next = 0;
        for (EncodedChat chat : chats) {
            if (next > 0) {
                row[next++] = ~separator;
            }
            for (int i = 0; i < chat.length() && next < rowLength; i++) {
                row[next++] = chat.isLearned(i) ? chat.id(i) : ~chat.id(i);
            }
        }
        Arrays.fill(row, next, rowLength, ~padding);
        return row;
    }
}
